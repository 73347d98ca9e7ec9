// What may be claimed, and when.
const lua = (name) => `src/store/lua/${name}.lua`;

export const tests = [
	'test/integration/store/claim.test.ts', 'test/integration/store/order.test.ts', 'test/integration/store/turns.test.ts', 'test/integration/store/accounts.test.ts', 'test/integration/store/settle.test.ts',
	'test/integration/store/random.test.ts', 'test/simulation/model.test.ts',
];

const links = ['test/integration/store/links.test.ts'];
const engine = ['test/integration/engine/publishing.test.ts'];

export const mutants = [
	{ name: 'claim: before it is due', file: lua('claim'), find: `key('boards', lane, account), '-inf', nowText, `, replace: `key('boards', lane, account), '-inf', now + 1, ` },
	{ name: 'claim: hold ignored', file: lua('claim'), find: `	if held > now then return held end\n`, replace: '' },
	{ name: 'claim: hold of the app ignored', file: lua('include/holds'), find: `{ account, APP }`, replace: `{ account }` },
	{ name: 'claim: running cap ignored', file: lua('claim'), find: `and running < cap`, replace: '' },
	{ name: 'claim: two writes to one board at once', file: lua('include/lanes'), find: `return redis.call('HEXISTS', key(link and 'turns' or 'busy', account), link or place) == 1`, replace: `return link ~= nil and redis.call('HEXISTS', key('turns', account), link) == 1` },
	{ name: 'claim: board gap ignored', file: lua('include/lanes'), find: `	return redis.call('HGET', key('gaps', account), place)\n`, replace: '	return 0\n' },
	{ name: 'look: a large board is read again at once', file: lua('include/lanes'), find: `	if lane == 'look' then gap = redis.call('GET', key('scan', account, board)) end\n`, replace: '', first: ['test/integration/engine/shared-reads.test.ts'] },
	{ name: 'claim: a board that was served stays first', file: lua('include/jobs'), find: `job.board, textOf(now + gapMs), isWriter)`, replace: `job.board, nowText, isWriter)` },
	{ name: 'claim: freed board tells nobody', file: lua('include/jobs'), find: `	touch('publish', job.account, job.board)\n`, replace: '' },
	{ name: 'lane skipped: jobs in doubt are filed to be sent', file: lua('include/lanes'), find: `if job.phase == 'reconcile' then return 'look' end`, replace: '' },
	{ name: 'lane skipped: the worker never looks', file: 'src/work/worker.ts', find: `const LANES: readonly Lane[] = ['look', 'media', 'upload', 'publish'];`, replace: `const LANES: readonly Lane[] = ['media', 'upload', 'publish'];`, first: engine },
	{ name: 'order: jobs due together go out by their ids', file: lua('include/lanes'), find: `return job.ord == '' and job.id or job.ord .. ':' .. job.id`, replace: `return job.id` },
	{ name: 'order: a batch goes out by its ids', file: lua('enqueue'), find: `nextCounter, place)`, replace: `nextCounter, 0)` },
	{ name: 'order: a settled job loses its place', file: lua('include/jobs'), find: `'created', 'url', 'ord', 'aliases' }`, replace: `'created', 'url', 'aliases' }` },
	{ name: 'order: a revised job loses its place', file: lua('revise'), find: `old.created, old.ord, table`, replace: `old.created, '', table` },
	{ name: 'claim: pause of a client ignored', file: lua('include/holds'), find: `names[3] = CLIENT .. client`, replace: `names[3] = nil`, first: ['test/integration/engine/pauses.test.ts'] },
	{ name: 'link: its Pins go out together', file: lua('claim'), find: `<= now\n	return isFree and`, replace: `<= math.huge\n	return isFree and`, first: links },
	{ name: 'link: who comes later passes who waits', file: lua('claim'), find: `	return isFree and redis.call('EXISTS', key('lane', lane, account, '~' .. job.url)) == 0`, replace: `	return isFree`, first: links },
	{ name: 'link: two have its turn', file: lua('include/lanes'), find: `return redis.call('HEXISTS', key(link and 'turns' or 'busy', account), link or place) == 1`, replace: `return link == nil and redis.call('HEXISTS', key('busy', account), place) == 1`, first: links },
	{ name: 'link: a turn that is not taken stays', file: lua('include/lanes'), find: `		redis.call('HDEL', key('turns', job.account), job.url)\n`, replace: '', first: links },
	{ name: 'link: what was not sent keeps others waiting', file: lua('give-back'), find: `		freeLink(job)\n`, replace: '', first: links },
	{ name: 'video: that it is ready may be lost with the permit', file: lua('settle'), find: `(old.doubt ~= '' or old.phase == 'media')`, replace: `old.doubt ~= ''`, first: ['test/integration/store/lost-permit.test.ts'] },
	{ name: 'video: a step is taken though Redis lost what it was told', file: 'src/work/media-steps.ts', find: `if (cut === null || !mayHaveLeft(job, cut)) return`, replace: `return`, first: ['test/integration/engine/forgotten.test.ts'] },
	{ name: 'hold: cut short by a shorter one', file: lua('include/incidents'), find: `incident.endsAt ~= '' and (hold.endsAt == '' or tonumber(hold.endsAt) > tonumber(incident.endsAt))`, replace: `true` },
	{ name: 'hold: never ends by time', file: lua('release-expired'), find: `'-inf', now, `, replace: `'-inf', '(0', ` },
	{ name: 'hold: its end wakes nobody', file: lua('include/incidents'), find: `	wakeAccount(account)\n`, replace: '' },
	{ name: 'hold: a beat leaves no_worker standing', file: lua('beat'), find: `	releaseHold(account, 'no_worker', 'worker')\n`, replace: '' },
];
