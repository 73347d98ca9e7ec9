import { boardOf, pageOf, pinOf, userOf } from '../../../src/publish/answers';

const pin = { id: '12', created_at: '2026-11-01T10:00:00', board_id: '3', board_section_id: null, link: 'https://a.example/', title: 'T' };

describe('a page of a listing', () => {
	it('holds the Pins and the bookmark of the next page', () => {
		expect(pageOf({ items: [pin], bookmark: 'abc' }, pinOf)).toMatchObject({ items: [{ id: '12' }], bookmark: 'abc' });
	});

	it.each([[null], [''], [undefined], [7]])('is the last one when its bookmark is %p', (bookmark) => {
		expect(pageOf({ items: [], bookmark }, pinOf)).toEqual({ items: [], bookmark: null });
	});

	it.each([[null], [[]], ['items'], [{}], [{ items: null }], [{ items: { 0: pin } }]])('is none when the answer is %p', (json) => {
		expect(pageOf(json, pinOf)).toBeNull();
	});
});

describe('a Pin of a listing', () => {
	it('keeps what is there, told from what is left out', () => {
		const parsed = pinOf(pin);
		expect(parsed).toMatchObject({ board_section_id: null, title: 'T' });
		expect(parsed?.description).toBeUndefined();
	});

	it('has its number as text only when it is exact', () => {
		expect(pinOf({ ...pin, id: 12 })).toMatchObject({ id: '12' });
		expect(pinOf({ ...pin, id: Number('813744226420795884') })).toBeNull();
	});

	it.each([
		{ what: 'a tile without board and date', item: { id: '5', title: 'More ideas', cover: {} } },
		{ what: 'a tile without a number', item: { ...pin, id: 'more-ideas' } },
		{ what: 'nothing', item: null },
		{ what: 'a text', item: 'Pin' },
	])('is not $what', ({ item }) => {
		expect(pinOf(item)).toBeNull();
		expect(pageOf({ items: [item, pin] }, pinOf)?.items).toHaveLength(1);
	});
});

it('names boards and users by their number when they have no name', () => {
	expect(boardOf({ id: '1' })).toEqual({ id: '1', name: '1', privacy: null });
	expect(userOf({ id: '1', username: '', account_type: 'PINNER' })).toEqual({ id: '1', username: '1', accountType: 'PINNER' });
	expect(userOf({ username: 'nobody' })).toBeNull();
});
