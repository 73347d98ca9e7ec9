// What is told to subscriptions, and what a trigger takes.
const lua = (name) => `src/store/lua/${name}.lua`;

export const tests = [
	'test/unit/webhook/schedule.test.ts', 'test/unit/webhook/signature.test.ts', 'test/integration/store/outbox.test.ts', 'test/integration/store/replay.test.ts',
	'test/integration/webhook/dispatcher.test.ts', 'test/integration/webhook/deliveries.test.ts', 'test/integration/webhook/endpoints.test.ts', 'test/integration/webhook/receiver.test.ts', 'test/integration/store/accounts.test.ts',
	'test/simulation/outbox-model.test.ts',
];

const trigger = ['test/integration/nodes/deliveries.test.ts'];

export const mutants = [
	{ name: 'fan-out: handed out twice', file: lua('fan-out'), find: `stands[1] ~= ARGV[6] or `, replace: '' },
	{ name: 'fan-out: to a paused subscription', file: lua('fan-out'), find: ` or stands[2] == '1'`, replace: '' },
	{ name: 'delivery: out of order', file: lua('include/deliveries'), find: `redis.call('RPUSH', queueOf(sub, line), entry)`, replace: `redis.call('LPUSH', queueOf(sub, line), entry)` },
	{ name: 'delivery: a later event overtakes one that failed', file: lua('include/deliveries'), find: `redis.call('ZADD', key('sub', sub, 'heads'), 'NX', now, line)`, replace: `redis.call('ZADD', key('sub', sub, 'heads'), now, line)` },
	{ name: 'delivery: settled by whoever comes', file: lua('settle-delivery'), find: `if redis.call('HGET', key('sub', sub, 'leases'), line) ~= ARGV[7] then return refuse({ 0 }) end`, replace: '' },
	{ name: 'delivery: more under way than allowed', file: lua('claim-deliveries'), find: `inFlight - underWay()`, replace: `inFlight` },
	{ name: 'delivery: lost with its dispatcher', file: lua('claim-deliveries'), find: `redis.call('ZADD', key('sub', sub, 'heads'), now + leaseMs, line)`, replace: `redis.call('ZREM', key('sub', sub, 'heads'), line)` },
	{ name: 'delivery: paused subscriptions are told', file: lua('claim-deliveries'), find: `paused == '' and math.min`, replace: `paused and math.min` },
	{ name: 'delivery: the tries of one event count for the next', file: lua('include/deliveries'), find: `	redis.call('HDEL', key('sub', sub, 'tries'), line)\n	redis.call('HDEL', key('sub', sub, 'leases'), line)\n	if`, replace: `	redis.call('HDEL', key('sub', sub, 'leases'), line)\n	if` },
	{ name: 'delivery: dropped instead of dead', file: lua('settle-delivery'), find: `if result == 'dead' then bury() end`, replace: '' },
	{ name: 'delivery: a dead one is replayed twice', file: lua('replay'), find: ` and redis.call('ZREM', key('sub', sub, 'dead'), event) == 1 end`, replace: ` end` },
	{ name: 'delivery: what stands in its line is replayed beside it', file: lua('replay'), find: `found and not stands(line, entry) and`, replace: `found and` },
	{ name: 'delivery: a dead one that is replayed comes also from the log', file: lua('replay'), find: ` and not stands(line, 'dead:' .. idOf(found))`, replace: '' },
	{ name: 'delivery: a skipped one counts as accepted', file: lua('settle-delivery'), find: `elseif result == 'skipped' then isDoneWith() else`, replace: `elseif result == 'skipped' then wasAccepted() else` },
	{ name: 'subscription: disabled after one failure', file: lua('settle-delivery'), find: `or now - tonumber(since) < tonumber(ARGV[14]) then`, replace: `then` },
	{ name: 'subscription: what was put off waits on when it begins anew', file: lua('include/deliveries'), find: `			redis.call('ZADD', key('sub', sub, 'heads'), now, line)
		end
	end`, replace: `		end
	end` },
	{ name: 'subscription: what is under way is tried beside when it begins anew', file: lua('include/deliveries'), find: `if redis.call('HEXISTS', key('sub', sub, 'leases'), line) == 0 then`, replace: `if true then` },
	{ name: 'subscription: a renewal wakes what was disabled', file: lua('subscribe'), find: ` ~= '' and ARGV[9] == ''`, replace: ` == 'never'` },
	{ name: 'subscription: who verifies with its own secret can sign for others', file: 'src/webhook/endpoint-secret.ts', find: 'subscription:${id}:${generation}', replace: 'subscription:${generation}', first: ['test/integration/webhook/endpoints.test.ts'] },
	{ name: 'subscription: the secret before a rotation signs for ever', file: 'src/webhook/endpoint-secret.ts', find: ` && nowMs - rotatedAt < ROTATION_MS`, replace: '', first: ['test/integration/webhook/endpoints.test.ts'] },
	{ name: 'delivery: Retry-After ignored', file: 'src/webhook/schedule.ts', find: `return failure.retryAfterMs === null ? delay :`, replace: `return failure.retryAfterMs !== undefined ? delay :` },
	{ name: 'delivery: one try less', file: 'src/webhook/dispatcher.ts', find: `retryDelayMs(delivery.tries + 1, answer`, replace: `retryDelayMs(delivery.tries + 2, answer` },
	{ name: 'delivery: a redirect is taken for accepted', file: 'src/webhook/post.ts', find: `answer.status >= 200 && answer.status < 300`, replace: `answer.status >= 200 && answer.status < 400` },
	{ name: 'delivery: 410 changes nothing', file: 'src/webhook/dispatcher.ts', find: `answer.status === 410`, replace: `answer.status === 0` },
	{ name: 'subscription: a renewal loses its place', file: lua('subscribe'), find: `if new then`, replace: `if true then` },
	{ name: 'subscription: nobody renews it and it stays', file: lua('expire-subscriptions'), find: `for _, sub in ipairs(ended) do removeSubscription(sub) end`, replace: '' },
	{ name: 'log: what a subscription missed is not counted', file: lua('trim'), find: `= cutLog()\ncountMissed(gone)\n`, replace: `= cutLog()\n` },
	{ name: 'log: never cut', file: lua('trim'), find: `math.max(#old, surplus)`, replace: `#old` },
	{ name: 'inbox: an event is taken twice', file: lua('claim-inbox'), find: `if held == 'done' then return refuse({ 'done', '' }) end\n`, replace: `if held == 'done' then held = nil end\n` },
	{ name: 'inbox: two take one event at once', file: lua('claim-inbox'), find: `if held then return refuse({ 'busy', '' }) end`, replace: '' },
	{ name: 'inbox: freed by somebody else', file: lua('settle-inbox'), find: `if not mine then return refuse({ 0 }) end`, replace: '' },
	{ name: 'trigger: confirmed before n8n has answered', file: 'nodes/PinterestJobStatusTrigger/receive.ts', find: `	settleWhenAnswered(node, received, release);`, replace: `	await received.confirm();\n	settleWhenAnswered(node, received, release);`, first: trigger },
	{ name: 'trigger: confirmed although n8n refused', file: 'nodes/PinterestJobStatusTrigger/receive.ts', find: `return response.writableEnded && response.statusCode < 300;`, replace: `return response.writableEnded;`, first: trigger },
	{ name: 'trigger: released when the sender has given up', file: 'nodes/PinterestJobStatusTrigger/receive.ts', find: `!response.writableEnded && waitedMs < patienceMs`, replace: `false`, first: trigger },
	{ name: 'signature: not compared', file: 'src/webhook/signature.ts', find: `candidate.length === right.length && timingSafeEqual(candidate, right)`, replace: `candidate.length === right.length` },
	{ name: 'signature: the previous secret is not known', file: 'src/webhook/signature.ts', find: `		for (const right of expected) {`, replace: `		for (const right of expected.slice(0, 1)) {` },
	{ name: 'signature: the first wrong one ends it', file: 'src/webhook/signature.ts', find: `			found = same || found;`, replace: `			found = same || found;\n			if (!found) return false;` },
	{ name: 'signature: old calls are good', file: 'src/webhook/signature.ts', find: `Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) > TOLERANCE_S`, replace: `Number(timestamp) - Math.floor(nowMs / 1000) > TOLERANCE_S` },
	{ name: 'signature: without a secret everything is good', file: 'src/webhook/signature.ts', find: `if (keys.length === 0) return refused('no_usable_secret');`, replace: `if (keys.length === 0) return { ok: true, id };` },
	{ name: 'url guard: peers are not looked at', file: 'src/webhook/url-guard.ts', find: `remoteAddress !== undefined && !isSpecialAddress(remoteAddress)`, replace: `remoteAddress !== undefined`, first: ['test/unit/webhook/url-guard.test.ts', 'test/integration/webhook/post.test.ts'] },
];
