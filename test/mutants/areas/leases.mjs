// Who may move a job, and who may send it.
const lua = (name) => `src/store/lua/${name}.lua`;

export const tests = [
	'test/integration/store/settle.test.ts', 'test/integration/store/turns.test.ts',
	'test/integration/store/claim.test.ts', 'test/integration/store/repeat.test.ts', 'test/simulation/interleavings.test.ts', 'test/simulation/model.test.ts',
];

export const mutants = [
	{ name: 'settle: no fence check', file: lua('settle'), find: `old.fence == '' or old.fence ~= new.owned`, replace: `old.fence == ''` },
	{ name: 'settle: refused when the lease ran out, fence or not', file: lua('settle'), find: `old.fence == '' or`, replace: `old.fence == '' or tonumber(old.leaseEnd) < now or` },
	{ name: 'permit: no fence check', file: lua('begin-send'), find: `job.fence ~= fence or `, replace: '' },
	{ name: 'permit: given twice', file: lua('begin-send'), find: `	if job.sendBy ~= '' then return 'given' end\n`, replace: '' },
	{ name: 'permit: no room in the lease', file: lua('begin-send'), find: `if now + budgetMs > tonumber(job.leaseEnd) then`, replace: `if now > tonumber(job.leaseEnd) then` },
	{ name: 'permit: hold ignored', file: lua('begin-send'), find: `if heldUntil(job.account, '') > now then`, replace: `if false then` },
	{ name: 'permit: those of one call count as one', file: lua('include/sent'), find: `textOf(nextCounter) .. ':' .. letGo`, replace: `textOf(nextCounter)`, first: ['test/integration/store/sent.test.ts'] },
	{ name: 'write: a hold that came up is not seen', file: lua('begin-write'), find: `if heldUntil(job.account, '') > now then`, replace: `if false then`, first: ['test/integration/store/sent.test.ts'] },
	{ name: 'write: a registration is not counted', file: lua('begin-write'), find: `noteSent(job.account)\n`, replace: '', first: ['test/integration/store/sent.test.ts'] },
	{ name: 'write: of who lost the job', file: lua('begin-write'), find: ` or job.fence ~= ARGV[6] then`, replace: ` then`, first: ['test/integration/store/sent.test.ts'] },
	{ name: 'write: a video is registered without asking', file: 'src/work/media-steps.ts', find: `!await this.parts.store.beginWrite(job) || signal.aborted`, replace: `signal.aborted`, first: ['test/integration/engine/video.test.ts'] },
	{ name: 'permit: not written down', file: lua('begin-send'), find: `redis.call('HSET', key('job', job.id), 'sendBy', textOf(sendBy))\n`, replace: '' },
	{ name: 'take-over: before the lease has ended', file: lua('take-over'), find: `'(' .. now`, replace: `'(' .. (now + leaseMs / 2)` },
	{ name: 'take-over: the old fence stays good', file: lua('take-over'), find: `'fence', fence, 'leaseEnd'`, replace: `'leaseEnd'` },
	{ name: 'take-over: forgets the permit', file: lua('take-over'), find: `'fence', fence, 'leaseEnd'`, replace: `'fence', fence, 'sendBy', '', 'leaseEnd'` },
	{ name: 'take-over: the word that a person decides has run out meanwhile', file: lua('take-over'), find: `if carefulUntil > tonumber(leaseEnd) then`, replace: `if carefulUntil > now then` },
	{ name: 'take-over: no time for owners after an outage', first: ['test/integration/store/rollback.test.ts'], file: lua('take-over'), find: `amnestyAt and now < amnestyAt + leaseMs`, replace: `false` },
	{ name: 'heartbeat: a lease is prolonged after its fence moved', file: lua('extend'), find: `if redis.call('HGET', key('job', id), 'fence') ~= ARGV[i + 1] then`, replace: `if redis.call('EXISTS', key('job', id)) == 0 then` },
	{ name: 'give back: after the permit', file: lua('give-back'), find: ` or job.sendBy ~= ''`, replace: '' },
	{ name: 'give back: counts as an attempt', file: lua('give-back'), find: `job.n - 1`, replace: `job.n` },
	{ name: 'fence: the counter alone', file: lua('claim'), find: `nextCounter .. '-' .. ARGV[1]`, replace: `nextCounter .. '-'` },
];
