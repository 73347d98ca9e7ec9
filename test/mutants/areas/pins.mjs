// A Pin has one owner, and proof of a Pin is never thrown away.
const lua = (name) => `src/store/lua/${name}.lua`;

export const tests = [
	'test/integration/store/settle.test.ts', 'test/integration/store/revise.test.ts', 'test/integration/store/displaced.test.ts', 'test/integration/store/claim.test.ts', 'test/simulation/model.test.ts',
];

export const mutants = [
	{ name: 'adoption: of an owned Pin', file: lua('include/pins'), find: `if owner and owner ~= job.id then return owner end`, replace: '' },
	{ name: 'adoption: beside a twin that is sending', file: lua('include/pins'), find: `if counts and couldBeTwins(job.nat, nat) then return '' end`, replace: '' },
	{ name: 'adoption: beats an answer', file: lua('include/pins'), find: `if taken and how == 'answer' then return '' end`, replace: '' },
	{ name: 'adoption: who loses the Pin is not sent back', file: lua('include/pins'), find: `then redis.call('SADD', key('displaced'), owner) end`, replace: `then redis.call('PING') end` },
	{ name: 'adoption: a twin stands in the way for ever', file: lua('include/jobs'), find: `if job.sendBy ~= '' then leaveBoard(job) end`, replace: '' },
	{ name: 'adoption: the permit tells no twin', file: lua('begin-send'), find: `standOnBoard(job, 'sending')\n`, replace: '' },
	{ name: 'adoption: of a Pin with more in it beside a job in doubt that sent that', file: lua('include/pins'), find: `(how == 'sending' or job.alike == '1')`, replace: `how == 'sending'` },
	{ name: 'adoption: who lost the Pin is sent back though it has one of its own', file: lua('include/jobs'), find: `		redis.call('SREM', key('displaced'), new.id)\n`, replace: '' },
	{ name: 'adoption: who has a Pin of its own by now is sent back', file: lua('revise'), find: `ownerOf(old.pin) == new.id then return refuse`, replace: `false then return refuse` },
	{ name: 'adoption: who lost the Pin is not sent back without its image', file: lua('revise'), find: `laneOf(new) ~= 'look' and `, replace: '' },
	{ name: 'late evidence: beside a Pin that was another\'s it is a second one', file: 'src/store/job-store.ts', find: `return owner !== undefined && owner !== job.id;`, replace: `return false;` },
	{ name: 'late evidence: a second Pin is not told', file: lua('double-pin'), find: `writeAccountEvent('failure_group.opened', ARGV[6], 'double_pin:' .. ARGV[7], ARGV[8])\n`, replace: '' },
	{ name: 'late evidence: the owner of a Pin is not written', file: lua('include/pins'), find: `redis.call('SET', key('pin', job.pin), mine, 'NX', 'GET')`, replace: `redis.call('GET', key('pin', job.pin))` },
	{ name: 'late evidence: an answer leaves an adopted Pin to whom it was', file: lua('include/pins'), find: `	redis.call('SET', key('pin', job.pin), mine)\n`, replace: '' },
];
