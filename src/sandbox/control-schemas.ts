import Ajv from 'ajv';
import { faults } from './faults';

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const ms = { type: 'number', minimum: 0 };
const flag = { type: 'boolean' };
const share = { type: 'number', minimum: 0, maximum: 1 };
const texts = { type: 'array', items: text };
const oneOf = (...values: string[]) => ({ enum: values });
const object = (properties: object, required: string[] = []) => ({ type: 'object', properties, required, additionalProperties: false });
const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });

const faultName = oneOf(...Object.keys(faults));
const shares = object(Object.fromEntries(Object.keys(faults).map((name) => [name, share])));
const headers = { type: 'object', additionalProperties: text };
const ending = object(
	{
		kind: oneOf('answer', 'rateLimit', 'hang', 'reset', 'close', 'cut', 'stall', 'noId', 'notJson'),
		status: { type: 'integer', minimum: 200, maximum: 599 },
		body: {},
		headers,
	},
	['kind'],
);
const ownFault = object({ commits: oneOf('no', 'yes', 'late'), ending, afterBody: { const: true } }, ['commits', 'ending']);
const match = object({ account: text, board: text, operation: text, method: text, path: text, link: text, title: text });
const quota = orNull(object({ limit: count, windowMs: { type: 'number', exclusiveMinimum: 0 } }, ['limit', 'windowMs']));
const section = { anyOf: [text, object({ id: text, name: text }, ['name'])] };
const board = { id: { type: 'string', pattern: '^\\d+$' }, name: text, sections: { type: 'array', items: section } };
const account = object(
	{
		...{ name: text, userId: text, username: text, type: oneOf('BUSINESS', 'PINNER'), app: text },
		...{ token: text, refreshToken: text, scopes: texts, boards: { type: 'array', items: object(board, ['name']) } },
	},
	['name'],
);
const app = { id: text, secret: text, access: oneOf('standard', 'trial', 'none'), daily: flag };
const groupField = oneOf('account', 'board', 'section', 'link', 'title', 'description', 'altText', 'media');
const group = object({
	...Object.fromEntries(groupField.enum.map((field) => [field, orNull(text)])),
	count,
});

const consistency = object({
	readLag: orNull(
		object({ medianMs: { type: 'number', exclusiveMinimum: 0 }, p99Ms: ms, tailShare: share, tailMs: ms }, ['medianMs', 'p99Ms', 'tailShare', 'tailMs']),
	),
	...{ staleReadShare: share, staleMs: ms, lateCommitShare: share, lateCommitMs: ms, flapShare: share, flapMs: ms, skipShare: share },
	boardListsSections: flag,
	order: oneOf('seeded', 'newest'),
});
const rates = object({
	...{ orgWrite: quota, orgRead: quota, universal: quota, hiddenWrite: quota, appDay: quota, appDayWrite: quota },
	...{ boardGapMs: ms, injectedResetMs: ms },
});
const config = object({
	...{ host: text, port: count, seed: { type: ['string', 'number'] }, timeFactor: { type: 'number', exclusiveMinimum: 0 }, clockSkewMs: { type: 'number' } },
	world: object({ apps: { type: 'array', items: object(app) }, accounts: { type: 'array', items: account } }, ['accounts']),
	...{ accounts: texts, faults: shares, readFaults: shares, consistency, rates },
	...{ hangMs: ms, writeLatencyMs: ms, blockedHosts: texts, mediaProcessMs: ms, uploadLifeMs: ms, maxUploadBytes: count, tokenLifeMs: ms, maxBodyBytes: count, keepCalls: count },
});

/** What the bodies of the control calls, and the file of `--config`, look like. */
const bodySchemas = {
	config,
	summary: object({ expected: { type: 'array', items: group }, groupBy: { type: 'array', items: groupField }, accounts: texts }),
	fault: object({ match, fault: { anyOf: [faultName, ownFault] }, times: { ...count, minimum: 1 }, skip: count }, ['fault']),
	shares: object({ faults: shares, readFaults: shares }),
	consistency,
	rates,
	image: object({ url: text, verdict: oneOf('fine', 'broken', 'too-small', 'unreachable', 'our-end', 'other-size'), times: count }, ['url', 'verdict']),
	media: object({ processMs: ms, failNext: count, expireMs: ms }),
	file: object({ name: { type: 'string', pattern: '^[\\w.-]+$' }, bytes: count, contentType: text, status: count, ...{ bytesPerSecond: { ...count, minimum: 1 }, cutAt: count, noLength: flag, times: count } }, ['name', 'bytes']),
	app: object({ access: app.access, daily: flag }),
	account,
	accountChange: object({ spamForMs: ms, readsForbidden: flag, scopes: texts, revoke: oneOf('access', 'all') }),
	token: object({ account: text, scopes: texts, lifeMs: ms }, ['account']),
	board: object({ account: text, ...board }, ['account', 'name']),
	boardChange: object({ busyForMs: ms, removed: { const: true } }),
	fill: object({ count }, ['count']),
};

/** Names one of those bodies. */
export type BodyName = keyof typeof bodySchemas;

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
const validators = Object.fromEntries(Object.entries(bodySchemas).map(([name, schema]) => [name, ajv.compile(schema)]));

/** A sentence on what is wrong with the value; null when it fits. */
export function complaintAbout(schema: BodyName, value: unknown): string | null {
	const valid = validators[schema]!;
	if (valid(value)) return null;
	const { instancePath, message, params } = valid.errors![0]!;
	const what = 'additionalProperty' in params ? `: ${String(params.additionalProperty)}` : '';
	return `The ${schema} is wrong at "${instancePath || '/'}": ${message}${what}.`;
}
