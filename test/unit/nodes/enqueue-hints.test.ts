import { assumedZone, unsafe, unserved } from '../../../nodes/PinterestPublishJob/job/enqueue.hints';
import { refusePast } from '../../../nodes/PinterestPublishJob/job/refuse-past';
import { pinIdOf } from '../../../nodes/PinterestRequeue/job/resolve-unknown.operation';
import type { ReadRequest } from '../../../nodes/PinterestPublishJob/job/publish-request';
import type { Outcome } from '../../../nodes/shared/operation';

const now = Date.UTC(2026, 10, 24, 12);

function aRequest(scheduledAt: string | null, assumed: boolean): ReadRequest & { item: number } {
	return {
		request: { account: 'acme-us', boardId: '1', media: { kind: 'image_url', url: 'https://x.example/a.jpg' }, scheduledAt },
		item: 0,
		assumed: { scheduledAt: assumed, publishBefore: false },
	};
}
const engine = (known: boolean) => ({ known: async (requests: unknown[]) => await Promise.resolve(requests.map(() => known)) });

it.each([
	['a past time that named its zone', aRequest('2026-11-20T12:00:00.000Z', false), false],
	['a future time without a zone', aRequest('2026-11-25T12:00:00.000Z', true), false],
	['a time that has just gone by', aRequest('2026-11-24T11:59:30.000Z', true), false],
	['a Pin whose job exists', aRequest('2026-11-20T12:00:00.000Z', true), true],
])('accepts %s', async (_what, request, known) => {
	const outcomes: Outcome[] = [];
	expect(await refusePast(engine(known), [request], outcomes, 'Europe/Berlin', now)).toEqual([request]);
	expect(outcomes).toEqual([]);
});

it('refuses a past time without a zone of a new Pin alone, naming the zone it was read in', async () => {
	const outcomes: Outcome[] = [];
	const good = { ...aRequest(null, false), item: 1 };
	expect(await refusePast(engine(false), [aRequest('2026-11-20T12:00:00.000Z', true), good], outcomes, 'Europe/Berlin', now)).toEqual([good]);
	expect(outcomes).toMatchObject([{ error: { code: 'invalid_request', message: expect.stringContaining('Europe/Berlin') as string } }]);
});

it('tells once which accounts nobody serves, harmless as HTML', () => {
	const [hint, ...more] = unserved(['acme-uk', 'new<b>']);
	expect(hint!.message).toContain('<b>acme-uk, new&#60;b&#62;</b>');
	expect(more).toEqual([]);
	expect(unserved([])).toEqual([]);
});

it('warns of a Redis that may lose jobs, and of nothing else', () => {
	const finding = (level: 'ok' | 'warning' | 'error', code: string) => ({ level, code, subject: null, message: 'M.', hint: 'H.' });
	expect(unsafe([finding('error', 'redis_evicts'), finding('error', 'no_worker'), finding('ok', 'redis_ok')]).map(({ message }) => message)).toEqual(['M. H.']);
});

it('tells the zone it read times in', () => {
	expect(assumedZone([aRequest('2026-11-25T12:00:00.000Z', true)], 'Europe/Berlin')[0]!.message).toContain('Europe/Berlin');
	expect(assumedZone([aRequest(null, false)], 'Europe/Berlin')).toEqual([]);
});

it.each([
	['813744226420795884', '813744226420795884'],
	['https://www.pinterest.com/pin/813744226420795884/', '813744226420795884'],
	['https://pinterest.de/pin/a-brass-lamp--813744226420795884/?utm=1', '813744226420795884'],
])('finds the Pin in %s', (given, id) => {
	expect(pinIdOf(given)).toBe(id);
});

it.each(['', 'https://www.pinterest.com/board/123', 'abc', 'https://pin.it/3Xy'])('refuses %p as a Pin', (given) => {
	expect(() => pinIdOf(given)).toThrow('neither the ID nor the address');
});
