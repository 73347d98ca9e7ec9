import { readFileSync } from 'node:fs';
import type { FailureGroup } from '../../src/job/failure-group';
import type { Job, PinContent } from '../../src/job/job';
import { viewOf } from '../../src/job/view';
import { aJob, NOW } from './job/builders';

interface Node { name: string; parameters: { jsCode: string; formFields: { values: { fieldName: string; fieldType: string }[] } } }

const { nodes } = JSON.parse(readFileSync('workflows/ops-form.json', 'utf8')) as { nodes: Node[] };
const parametersOf = (name: string) => nodes.find((node) => node.name === name)!.parameters;
const decide = new Function('$', 'DateTime', parametersOf('Decide').jsCode) as (...given: unknown[]) => [{ json: Decision }];
const fields = parametersOf('Form of ops').formFields.values;

interface Decision { to: string; url: string; changes?: Record<string, string> }
type Form = Record<string, unknown>;

const PUBLISH = 'Publish it again, corrected';
const boardsNamed = (...names: string[]) => names.map((name, n) => ({ id: String(1001 + n), name, privacy: null, sections: [] }));
const failed = (content: Partial<PinContent> = {}, changes: Partial<Job> = {}): Job => aJob({
	state: 'failed', dueAt: null, finishedAt: NOW, queue: { name: 'ops', owner: null, since: NOW, snoozedUntil: null },
	lastError: { class: 'route', code: 'board_not_found', message: 'Board not found.', httpStatus: 404 }, ...changes,
}, content);

/** The form before a job or a cause, with the boards of acme-us and acme-eu. */
function opsForm(job: Job, { boards = boardsNamed('Summer', 'Winter'), others = boardsNamed(), group }: { boards?: object[]; others?: object[]; group?: Partial<FailureGroup> } = {}) {
	const accounts = [{ account: 'acme-us', aliases: [], boards }, { account: 'acme-eu', aliases: ['acme-europe'], boards: others }];
	const view = viewOf(job);
	const send = (form: Form): Decision => {
		const results: Record<string, object[]> = { 'Who and where': [{ ...form, by: 'ops', address: 'https://n8n.example/form/pinterest-ops' }], Job: [view], Boards: accounts, ...(group && { Cause: [group] }) };
		const node = (name: string) => {
			const items = (results[name] ?? []).map((json) => ({ json: structuredClone(json) }));
			return { isExecuted: items.length > 0, all: () => items, first: () => items[0] };
		};
		const [{ json }] = decide(node, { now: () => ({ plus: () => ({ toISO: () => '' }) }) });
		return json;
	};
	return { send, page: () => opened(send(group ? { cause: group.cause! } : { job: view.id }).url) };
}

/** What a page gives back when nobody touches it: lines end as browsers end them, and a field of one line has none. */
function opened(url: string): Form {
	const known = new URL(url).searchParams;
	const given = fields.map(({ fieldName, fieldType }) => {
		const value = known.get(fieldName) ?? '';
		if (fieldType === 'text') return [fieldName, value.replace(/[\r\n]/g, '').trim()];
		return [fieldName, fieldType === 'textarea' ? value.replace(/\r\n?|\n/g, '\r\n') : value];
	});
	return { ...Object.fromEntries(given) as Form, formQueryParameters: Object.fromEntries(known) };
}

const cause = 'board_not_found|acme-us|1234';
const many: Partial<FailureGroup> = { cause, count: 41, title: 'board 1234 of acme-us: 41 jobs', hint: 'h', code: 'board_not_found', message: 'm', since: new Date(NOW).toISOString(), fix: ['boardId'] };

describe('the ops form', () => {
	// Its styles know the fields by their number.
	it('has each field once', () => {
		const names = fields.map(({ fieldName }) => fieldName);
		expect(names).toEqual([...new Set(names)]);
	});

	it.each<[string, Partial<PinContent>]>([
		['as most are', { boardId: '1001' }],
		['with several lines', { description: 'Hats\n\nof straw', altText: null }],
		['with the lines of another system', { description: 'Hats\r\nof straw\rand felt' }],
		['with a title of two lines', { title: 'Summer\nhats' }],
		['with quotes and signs', { title: '“Hats” & <caps> 100 %', description: "It's +1 #hat" }],
		['without texts', { title: null, description: null, link: null }],
		['on a board of another account', { boardId: '77' }],
		['in long Japanese', { description: '帽子'.repeat(400) }],
	])('corrects nothing of a job %s when nothing was changed', (_name, content) => {
		for (const boards of [boardsNamed('Summer', 'Winter'), []]) {
			const { page, send } = opsForm(failed(content), { boards });
			const { to, changes } = send(page());
			expect({ to, changes }).toEqual({ to: 'requeue', changes: {} });
		}
	});

	it('shows the description, and sends a changed one line by line', () => {
		const { page, send } = opsForm(failed({ description: 'Hats\nof straw' }));
		expect(page()['description']).toBe('Hats\r\nof straw');
		expect(send({ ...page(), description: 'Hats\r\nof felt\r\n' }).changes).toEqual({ description: 'Hats\nof felt' });
	});

	it('lists the boards of the account, the present one first and chosen', () => {
		const { page, send } = opsForm(failed({ boardId: '1003' }), { boards: boardsNamed('Winter', 'Autumn', 'Summer  hats') });
		expect(page()).toMatchObject({ boards: 'Summer hats · 1003\r\nAutumn · 1002\r\nWinter · 1001', rows: '3', choice: '1', board: '' });
		expect(send({ ...page(), choice: '2' }).changes).toEqual({ board: '1002' });
	});

	it('chooses no board for a job on a board of somebody else', () => {
		const { page, send } = opsForm(failed({ boardId: '77' }));
		expect(page()).toMatchObject({ rows: '2', choice: '', board: '' });
		expect(send({ ...page(), choice: '1' }).changes).toEqual({ board: '1001' });
	});

	it('asks for the ID of a board, and shows the present one, while no boards are known', () => {
		const { page, send } = opsForm(failed({ boardId: '77' }), { boards: [] });
		expect(page()).toMatchObject({ boards: '', rows: '', board: '77' });
		expect(send({ ...page(), board: '78' }).changes).toEqual({ board: '78' });
	});

	it('means the board that the page showed, also when the list has changed since', () => {
		const shown = opsForm(failed({ boardId: '77' })).page();
		const { send } = opsForm(failed({ boardId: '77' }), { boards: [{ id: '999', name: 'A new one' }, ...boardsNamed('Summer', 'Winter')] });
		expect(send({ ...shown, choice: '2' }).changes).toEqual({ board: '1002' });
		expect(opened(send({ ...shown, choice: '2', action: '' }).url)).toMatchObject({ choice: '3', boards: expect.stringMatching(/^A new one/) });
	});

	it('has twelve rows, and finds the others by name', () => {
		const names = Array.from({ length: 60 }, (_, n) => `Board ${n + 10}`);
		const { page, send } = opsForm(failed({ boardId: '1060' }), { boards: boardsNamed(...names) });
		expect(String(page()['boards']).split('\r\n')).toHaveLength(12);
		expect(page()).toMatchObject({ boards: expect.stringMatching(/^Board 69 · 1060\r\nBoard 10/), facts: expect.stringContaining('More boards of acme-us: Board 21 · ') });
		expect(send({ ...page(), board: 'board 50' }).changes).toEqual({ board: '1041' });
	});

	it('takes a typed board before a chosen one, and its name as one of the account that is typed', () => {
		const { page, send } = opsForm(failed({ boardId: '1001' }), { others: [{ id: '2001', name: 'Winter' }] });
		expect(send({ ...page(), choice: '2', board: '5' }).changes).toEqual({ board: '5' });
		expect(send({ ...page(), account: 'acme-europe', board: 'Winter' }).changes).toEqual({ account: 'acme-europe', board: '2001' });
	});

	it('takes what was typed anew before the row that was clicked, after a name was refused', () => {
		const { page, send } = opsForm(failed());
		const refused = opened(send({ ...page(), board: 'Wintr' }).url);
		expect(send({ ...refused, formQueryParameters: refused, choice: '1' } as never).changes).toEqual({ board: '1001' });
		expect(send({ ...refused, formQueryParameters: refused, choice: '1', board: 'Winter' } as never).changes).toEqual({ board: '1002' });
	});

	it('asks for the ID where the names of the boards do not fit into its address', () => {
		const { page, send } = opsForm(failed({ boardId: '77', title: '帽'.repeat(100) }), { boards: boardsNamed(...Array.from({ length: 12 }, (_, n) => `${n}${'😀'.repeat(40)}`)) });
		expect(page()).toMatchObject({ boards: '', rows: '', choice: '', board: '77' });
		expect(send(page()).changes).toEqual({});
	});

	it.each([['of nobody', 'Spring'], ['of two boards', 'Winter']])('comes back with everything that was typed when a name is that %s', (_name, board) => {
		const { page, send } = opsForm(failed(), { boards: boardsNamed('Summer', 'Winter', 'Winter') });
		const { to, url } = send({ ...page(), board, title: 'Caps' });
		expect([to, opened(url)]).toMatchObject(['form', { board, title: 'Caps', problem: expect.stringContaining(`of the name “${board}”`) }]);
	});

	it('takes a row that was clicked after a typed board came back refused', () => {
		const { page, send } = opsForm(failed({ boardId: '1001' }));
		const refused = opened(send({ ...page(), board: 'Spring' }).url);
		expect(refused).toMatchObject({ board: 'Spring', choice: '' });
		expect(send({ ...refused, choice: '2' }).changes).toEqual({ board: '1002' });
		expect(opened(send({ ...refused, choice: '2', action: '' }).url)).toMatchObject({ board: '', choice: '2' });
		expect(send({ ...refused, board: '5' }).changes).toEqual({ board: '5' });
	});

	it('corrects what 41 jobs have in common, and nothing that is a job\'s own', () => {
		const { page, send } = opsForm(failed(), { group: many });
		expect(page()).toMatchObject({ step: 'cause', cause, rows: '2', choice: '', description: '', title: '' });
		expect(send(page()).to).toBe('requeue all');
		expect(send(page()).changes).toEqual({});
		expect(send({ ...page(), choice: '2', title: 'One for all' }).changes).toEqual({ board: '1002' });
		expect(opsForm(failed(), { group: many, boards: [] }).page()['board']).toBe('1234');
		expect(opsForm(failed(), { group: { ...many, cause: 'image_broken|acme-us' }, boards: [] }).page()['board']).toBe('');
	});

	it('keeps its address within what servers take, and says what did not fit of that which was typed', () => {
		const long = failed({ link: `https://shop.example/${'a'.repeat(1900)}`, description: '帽'.repeat(800), media: { kind: 'image_url', url: `https://cdn.example/${'b'.repeat(1900)}` } });
		const { page, send } = opsForm(long, { boards: boardsNamed(...Array.from({ length: 12 }, (_, n) => `${n}${'ü'.repeat(170)}`)) });
		const { url } = send({ ...page(), action: '', description: '笠'.repeat(800) });
		expect(url.length).toBeLessThan(7000);
		expect(opened(url)).toMatchObject({ description: '', problem: 'Choose what shall happen.\r\nToo long to come back, type it again: description.' });
		expect(send({ ...opened(url), action: PUBLISH }).changes).toEqual({});
	});
});
