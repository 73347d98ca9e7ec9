import { accountsText, accountText } from '../../../src/bin/account-text';
import type { PacingView } from '../../../src/work/account-views';

type Given = Parameters<typeof accountText>[0];
type Limit = PacingView['limits'][number];

const AT = '2026-11-29T10:05:00.000Z';
const aLimit = (change: Partial<Limit> = {}): Limit => ({
	name: 'writes', configured: 100, pace: 80, paceNow: 80, because: 'configured', why: '80 writes a minute: 80 % of 100.', left: 5, most: 5, nextAt: AT, fullAt: AT, ...change,
});
const anAccount = (pacing: Partial<PacingView> = {}, change: Partial<Given> = {}): Given => ({
	account: 'acme', aliases: [], client: null, pinterestUserId: '1', username: 'shop', served: true, lastServedAt: AT, waiting: 2, running: 0, inDoubt: 0, nextDueAt: null, incidents: [],
	pace: { writesPerMinute: 100, burst: 5, writesPerDay: null, concurrent: 2 }, neverResend: false, headroom: 5, boards: [], boardsAt: null,
	pacing: { state: 'ready', why: 'Ready.', nextSlotAt: AT, nextDueAt: null, slowed: null, preset: 'own', limits: [aLimit()], ...pacing }, ...change,
});
const SLOW = 'Slowed to 12.6 writes a minute: Pinterest refused at 14 (429 at 10:02 UTC).';
const slow = (change: Partial<PacingView> = {}) => anAccount({ slowed: SLOW, limits: [aLimit({ because: 'learned', why: SLOW })], ...change });

it('has the next slot and why in one line', () => {
	expect(accountText(anAccount({ preset: 'standard' }))).toBe([
		'acme  2 waiting, 0 running, 0 in doubt',
		'    served    yes, as shop',
		'    pace      at most 100 writes a minute, 2 at once (standard); 5 could start now',
		'    next      now: Ready.',
		'    boards    (not read yet)',
	].join('\n'));
	expect(accountText(anAccount({ state: 'held', why: 'Waits for Pinterest until 10:05 UTC: it asked to slow down (429).' }))).toContain('\n    next      2026-11-29 10:05 UTC: Waits for Pinterest until 10:05 UTC: it');
	expect(accountText(anAccount({ state: 'held', why: 'Paused until somebody resumes it.', nextSlotAt: null }))).toContain('\n    next      Paused until somebody resumes it.\n');
});

it('says that an account is slowed and why, once', () => {
	expect(accountText(slow({ why: SLOW }))).toContain(`\n    next      now: ${SLOW}\n    boards`);
	expect(accountText(slow({ state: 'not_due', why: 'Nothing is due before 10:05 UTC.' }))).toContain(`Nothing is due before 10:05 UTC.\n    slowed    ${SLOW}\n`);
});

it('says what the app leaves to its accounts', () => {
	const app = aLimit({ name: 'app_writes', why: '800 writes a minute over the whole app.', left: 9 }), day = aLimit({ name: 'app_writes_day', why: '250 writes a day over the whole app.', left: 3 });
	expect(accountText(anAccount({ limits: [aLimit(), app, day] }))).toContain('\n    app       800 writes a minute over the whole app. 250 writes a day over the whole app. 3 could start now\n');
});

it('counts the accounts by what they are doing, and those that are slowed', () => {
	expect(accountsText([anAccount(), slow({ state: 'not_due' }), slow()])).toBe('3 accounts: 2 ready, 1 not due; 2 slowed.');
	expect(accountsText([anAccount()])).toBe('1 account: 1 ready.');
});
