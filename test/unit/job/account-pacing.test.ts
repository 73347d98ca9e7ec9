import { headroomOf, pacingOf, type PacingFacts, type PacingLimit } from '../../../src/job/account-pacing';
import { HOLD_KINDS } from '../../../src/job/hold';

const NOW = Date.UTC(2026, 10, 29, 10, 0), SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE;

const aLimit = (change: Partial<PacingLimit> = {}): PacingLimit => ({
	name: 'writes', configured: 100, pace: 80, paceNow: 80, because: 'configured', why: '80 writes a minute: 80 % of 100.', left: 5, most: 5, nextAt: NOW, fullAt: NOW, ...change,
});
const slow = (change: Partial<PacingLimit> = {}) => aLimit({ paceNow: 12.6, because: 'learned', why: 'Slowed to 12.6 writes a minute: Pinterest refused at 14.', ...change });
const aHold = (change: Partial<PacingFacts['incidents'][number]> = {}) => ({ account: 'acme', kind: 'rate_limited' as const, since: NOW - MINUTE, until: NOW + 5 * MINUTE, message: 'Too many.', ...change });
const paused = (until: number | null, by = 'Ann') => aHold({ kind: 'paused', until, message: `${by} paused acme: texts are checked.` });
const see = (change: Partial<PacingFacts> = {}) => pacingOf({
	account: 'acme', served: true, waiting: 0, running: 0, nextPinAt: null, nextVideoAt: null, incidents: [], limits: [aLimit()], ...change,
}, NOW);
const due = (at = NOW) => ({ waiting: 3, nextPinAt: at });

it.each<[string, Partial<PacingFacts>, { state: string; why: string; nextSlotAt: number | null }]>([
	['at rest', {}, { state: 'ready', why: 'Ready.', nextSlotAt: NOW }],
	['at rest but for Pins in doubt', { waiting: 2 }, { state: 'ready', why: 'Ready.', nextSlotAt: NOW }],
	['with a Pin that is due', due(), { state: 'ready', why: 'Ready: the next Pin goes out now.', nextSlotAt: NOW }],
	['without any limit', { ...due(), limits: [] }, { state: 'ready', why: 'Ready: the next Pin goes out now.', nextSlotAt: NOW }],
	['before anything is due', due(NOW + HOUR), { state: 'not_due', why: 'Nothing is due before 11:00 UTC.', nextSlotAt: NOW + HOUR }],
	['before anything is due tomorrow', due(NOW + 24 * HOUR), { state: 'not_due', why: 'Nothing is due before 2026-11-30 10:00 UTC.', nextSlotAt: NOW + 24 * HOUR }],
	['in the gap of a board', due(NOW + 3 * SECOND), { state: 'not_due', why: 'Nothing is due before 10:00:03 UTC.', nextSlotAt: NOW + 3 * SECOND }],
	['whose bucket is empty longer than that', { ...due(NOW + 3 * SECOND), limits: [aLimit({ left: 0, nextAt: NOW + 9 * SECOND })] }, { state: 'not_due', why: 'Nothing is due before 10:00:03 UTC.', nextSlotAt: NOW + 9 * SECOND }],
	['whose bucket is empty', { ...due(), limits: [aLimit({ left: 0, nextAt: NOW + SECOND })] },
		{ state: 'paced', why: 'Waits for the pace of the account until 10:00:01 UTC. 80 writes a minute: 80 % of 100.', nextSlotAt: NOW + SECOND }],
	['of an app that has used up its day', { ...due(), limits: [aLimit(), aLimit({ name: 'app_writes_day', why: '250 writes a day over the whole app.', left: 0, nextAt: NOW + HOUR })] },
		{ state: 'paced', why: 'Waits for the pace of the app until 11:00 UTC. 250 writes a day over the whole app.', nextSlotAt: NOW + HOUR }],
	['whose slots wait for one of the app', { ...due(), limits: [aLimit({ left: 0, nextAt: null }), aLimit({ name: 'app_writes', left: 0, nextAt: NOW + SECOND, why: '8 writes a minute over the whole app.' })] },
		{ state: 'paced', why: 'Waits for the pace of the app until 10:00:01 UTC. 8 writes a minute over the whole app.', nextSlotAt: NOW + SECOND }],
	['whose reads alone are used up', { ...due(), limits: [aLimit(), aLimit({ name: 'reads', left: 0, nextAt: NOW + HOUR })] }, { state: 'ready', why: 'Ready: the next Pin goes out now.', nextSlotAt: NOW }],
	['with as many Pins under way as may be', { ...due(), running: 2, limits: [aLimit({ left: 0, nextAt: null })] },
		{ state: 'paced', why: 'As many Pins are under way as may be at once: the next follows when one ends.', nextSlotAt: null }],
	['with a Pin under way on the only board', { waiting: 1, running: 1 }, { state: 'publishing', why: 'Publishing: the next Pin follows when the one before it on its board has ended.', nextSlotAt: null }],
	['with its last Pin under way', { running: 1 }, { state: 'ready', why: 'Ready.', nextSlotAt: NOW }],
	['with a video on its way', { waiting: 1, nextVideoAt: NOW }, { state: 'not_due', why: 'A video is on its way to Pinterest; its Pin goes out once it is ready.', nextSlotAt: null }],
	['with a video on its way and a Pin that is due', { ...due(), nextVideoAt: NOW }, { state: 'ready', why: 'Ready: the next Pin goes out now.', nextSlotAt: NOW }],
	['that was slowed', { ...due(), limits: [slow()] }, { state: 'ready', why: 'Slowed to 12.6 writes a minute: Pinterest refused at 14.', nextSlotAt: NOW }],
	['that was slowed and is empty', { ...due(), limits: [slow({ left: 0, nextAt: NOW + 4 * SECOND })] },
		{ state: 'paced', why: 'Waits for the pace of the account until 10:00:04 UTC. Slowed to 12.6 writes a minute: Pinterest refused at 14.', nextSlotAt: NOW + 4 * SECOND }],
	['that nobody serves', { ...due(), served: false }, { state: 'not_served', why: expect.stringContaining('No worker publishes for acme.') as string, nextSlotAt: null }],
	['after a 429', { ...due(), incidents: [aHold()] }, { state: 'held', why: 'Waits for Pinterest until 10:05:00 UTC: it asked to slow down (429).', nextSlotAt: NOW + 5 * MINUTE }],
	['after a 429, with a Pin that is due later', { ...due(NOW + HOUR), incidents: [aHold()] }, { state: 'held', why: 'Waits for Pinterest until 10:05:00 UTC: it asked to slow down (429).', nextSlotAt: NOW + HOUR }],
	['whose hold is over and not released yet', { ...due(), incidents: [aHold({ until: NOW })] }, { state: 'ready', why: 'Ready: the next Pin goes out now.', nextSlotAt: NOW }],
	['whose app has used up its day', { ...due(), incidents: [aHold({ account: '@app', kind: 'quota_exhausted', until: NOW + HOUR })] }, { state: 'held', why: 'Waits for Pinterest until 11:00 UTC: the calls of the day are used up.', nextSlotAt: NOW + HOUR }],
	['that somebody paused until a time', { ...due(), incidents: [paused(NOW + 8 * HOUR)] }, { state: 'held', why: 'Paused until 18:00 UTC. Ann paused acme: texts are checked.', nextSlotAt: NOW + 8 * HOUR }],
	['that somebody paused', { ...due(), incidents: [paused(null)] }, { state: 'held', why: 'Paused until somebody resumes it. Ann paused acme: texts are checked.', nextSlotAt: null }],
	['that is paused for longer than Pinterest asks for', { ...due(), incidents: [aHold(), paused(NOW + HOUR)] }, { state: 'held', why: 'Paused until 11:00 UTC. Ann paused acme: texts are checked.', nextSlotAt: NOW + HOUR }],
	['that is paused twice', { ...due(), incidents: [paused(null, 'Ben'), { ...paused(null), since: NOW - HOUR }] }, { state: 'held', why: 'Paused until somebody resumes it. Ann paused acme: texts are checked.', nextSlotAt: null }],
	['with a dead token', { ...due(), incidents: [aHold({ kind: 'token_dead', until: null })] },
		{ state: 'held', why: 'Held: Pinterest does not accept the token of acme. Reconnect its credential in n8n; the jobs go on by themselves.', nextSlotAt: null }],
	['that is paused and that nobody serves', { ...due(), served: false, incidents: [paused(NOW + HOUR)] }, { state: 'held', why: 'Paused until 11:00 UTC. Ann paused acme: texts are checked.', nextSlotAt: null }],
])('says of an account %s what it does', (_, facts, said) => {
	expect(see(facts)).toMatchObject(said);
});

it('says why an account is slower than its settings, whatever it waits for, of writes before reads', () => {
	const reads = slow({ name: 'reads', because: 'slowed', why: 'Slowed to 80 reads a minute.' }), told = slow({ because: 'told', why: 'Slowed to 48.' });
	expect([[aLimit()], [reads, told], [aLimit(), reads], [aLimit({ because: 'beginning' })]].map((limits) => see({ limits, ...due(NOW + HOUR) }).slowed))
		.toEqual([null, 'Slowed to 48.', 'Slowed to 80 reads a minute.', null]);
	expect(see({ limits: [told], incidents: [aHold()] }).slowed).toBe('Slowed to 48.');
});

it('says of every kind of hold what to do, with and without an end', () => {
	for (const kind of HOLD_KINDS) {
		for (const until of [null, NOW + HOUR]) {
			const { why } = see({ incidents: [aHold({ kind, until })] });
			expect(why).toMatch(until === null ? /^(Held: |Paused until somebody)/ : /^(Held|Paused|Waits for Pinterest) until 11:00 UTC[.:] /);
			expect(why).toMatch(/[.)]$/);
		}
	}
});

it('has the headroom of the least of the limits that a Pin draws from', () => {
	expect(headroomOf([aLimit(), aLimit({ name: 'app_writes', left: 2 }), aLimit({ name: 'reads', left: 0 })])).toBe(2);
	expect(headroomOf([])).toBeNull();
});
