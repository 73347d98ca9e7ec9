import { Engine } from '../engine';
import { EVENT_TYPES, type EventType } from '../job/event';
import type { Replay } from '../store/subscription-contract';
import type { EndpointRequest, LoggedTry } from '../webhook/endpoints';
import { subscriptionView, type SubscriptionView } from '../webhook/subscription-view';
import { CONNECTION_HELP, CONNECTION_OPTIONS, connectionConfig, tellTimeFactor } from './connection';
import { count } from './job-text';
import { print } from './jobs-look';
import { parsed, usage, type Called } from './jobs-options';
import { instantOf, numberOf, textOf } from './jobs-values';

export const HELP = `pinterest-jobs subscriptions ACTION [ID] [options]

Who is told of events: triggers of n8n, and endpoints of your own.

  list                     all of them, with what waits and what is dead
  create                   tell an endpoint: --url, --label, --events and filters; the same URL and label again change it
  secret ID                what an endpoint verifies with
  rotate ID                a new secret; the one before signs as well for 24 hours
  test ID                  post a signed test event now, and say what came back
  log ID                   its latest tries: when, what, status, duration, answer
  replay ID                deliver again: dead deliveries, or --job, --event, --from and --to
  pause ID, resume ID      keep its events; deliver again, a disabled one too
  delete ID                end it with everything that waits for it

  --url URL                create: https, in the public internet
  --label TEXT             create: what lists and alerts call it
  --events TYPE,…          create: ${EVENT_TYPES.slice(0, 3).join(', ')}, …; without it all of them
  --account, --client, --queue, --class, --state, --source VALUE,…
                           create: only events of these; a source is what a Source Record ID or key begins with
  --latest-only            create: leave out what a later event of its job has overtaken
  --no-probe               create: do not ask the address first
  --job ID, --event ID,…   replay: of one job; these
  --from TIME, --to TIME   replay: what happened in this time (7 days are kept)
  --limit N                log: at most N
  --json                   one JSON object a line
${CONNECTION_HELP}

Environment: PINTEREST_JOBS_SIGNING_SECRET, which every secret is made from.`;

const text = { type: 'string' } as const, flag = { type: 'boolean' } as const;
const OPTIONS = {
	url: text, label: text, events: text, account: text, client: text, queue: text, class: text, state: text, source: text, 'latest-only': flag, 'no-probe': flag,
	job: text, event: text, from: text, to: text, limit: text, json: flag, ...CONNECTION_OPTIONS,
} as const;

type Values = Called['values'];
type Action = (engine: Engine, id: string, values: Values) => Promise<void>;

const ACTIONS: Record<string, Action> = {
	secret: async (engine, id, values) => {
		const { secret, previousUntil, ...rest } = await engine.endpoints.secret(id);
		print({ ...rest, secret, previousUntil }, values, () => (previousUntil ? `${secret}\nThe one before signs as well until ${previousUntil}.` : secret));
	},
	rotate: async (engine, id, values) => print(subscriptionView(await engine.endpoints.rotate(id)), values, subscriptionText),
	test: async (engine, id, values) => {
		const answer = await engine.endpoints.test(id);
		print({ ...answer }, values, () => `${answer.delivered ? 'Taken' : 'Not taken'}: ${answerText(answer)}`);
		if (!answer.delivered) process.exitCode = 1;
	},
	log: async (engine, id, values) => {
		for (const tried of await engine.endpoints.deliveries(id, numberOf(values, 'limit', 1))) print(tried, values, triedText);
	},
	replay: async (engine, id, values) => {
		const replayed = await engine.endpoints.replay(id, replayOf(values));
		print({ replayed }, values, () => `${count(replayed, 'event')} will be delivered again.`);
	},
	pause: async (engine, id, values) => print(subscriptionView(await engine.endpoints.pause(id)), values, subscriptionText),
	resume: async (engine, id, values) => print(subscriptionView(await engine.endpoints.resume(id)), values, subscriptionText),
	delete: async (engine, id) => engine.endpoints.remove(id),
};

const WITHOUT_ID: Record<string, (engine: Engine, values: Values) => Promise<void>> = {
	list: async (engine, values) => {
		for (const subscription of await engine.endpoints.list()) print(subscriptionView(subscription), values, subscriptionText);
	},
	create: async (engine, values) => {
		const { subscription, unsure } = await engine.endpoints.create(requestOf(values));
		print({ ...subscriptionView(subscription), warning: unsure }, values, subscriptionText);
		if (unsure) console.error(unsure);
	},
};

/** `pinterest-jobs subscriptions`: who is told of events, and what became of each delivery. */
export async function subscriptions(argv: string[]): Promise<void> {
	const { values, positionals: [action, id, ...others] } = parsed('subscriptions', argv, OPTIONS);
	if (values.help || action === undefined) return void console.log(HELP);
	const withId = ACTIONS[action], without = WITHOUT_ID[action];
	if (!withId && !without) throw usage(`There is no action "${action}".`, `The actions are ${[...Object.keys(WITHOUT_ID), ...Object.keys(ACTIONS)].join(', ')}.`);
	if (withId && id === undefined) throw usage(`${action} needs the id of a subscription.`, '`list` shows them.');
	if (others.length > 0 || (without && id !== undefined)) throw usage(`${action} does not take "${others[0] ?? id}".`, 'pinterest-jobs subscriptions --help lists the options.');
	const engine = Engine.open(connectionConfig(values));
	tellTimeFactor(engine.settings.timeFactor);
	try {
		await (withId ? withId(engine, id!, values) : without!(engine, values));
	} finally {
		await engine.close();
	}
}

function requestOf(values: Values): EndpointRequest {
	const list = (name: string) => listOf(textOf(values, name));
	const url = textOf(values, 'url'), label = textOf(values, 'label');
	if (!url || !label) throw usage('An endpoint needs --url and --label.', 'For example: --url https://backend.example/events --label "Backend".');
	return {
		url, label, events: (list('events') ?? [...EVENT_TYPES]) as EventType[],
		accounts: list('account'), clients: list('client'), classes: list('class'), sources: list('source'),
		queues: list('queue') as EndpointRequest['queues'], states: list('state') as EndpointRequest['states'],
		...(values['latest-only'] === true && { latestOnly: true }), probe: values['no-probe'] !== true,
	};
}

function listOf(text: string): string[];
function listOf(text: string | undefined): string[] | undefined;
function listOf(text: string | undefined): string[] | undefined {
	return text?.split(',').map((one) => one.trim()).filter(Boolean);
}

function replayOf(values: Values): Replay {
	const jobId = textOf(values, 'job'), events = textOf(values, 'event'), from = textOf(values, 'from'), to = textOf(values, 'to');
	if ([jobId, events, from ?? to].filter(Boolean).length > 1) throw usage('--job, --event and --from exclude each other.', 'Give one of them; without any what is dead comes again.');
	if (jobId) return { which: 'job', jobId };
	if (events) return { which: 'events', eventIds: listOf(events) };
	const now = Date.now();
	if (from || to) return { which: 'time', from: from ? instantOf(from, 'from', now, '-') : 0, to: to ? instantOf(to, 'to', now, '-') : now };
	return { which: 'dead' };
}

function subscriptionText(it: SubscriptionView): string {
	const state = it.disabledAt ? `disabled since ${it.disabledAt}` : it.paused ? 'paused' : it.failingSince ? `failing since ${it.failingSince}` : 'fine';
	const counts = [`${it.waiting} waiting`, ...(it.dead ? [`${it.dead} dead`] : []), ...(it.missed ? [`${it.missed} missed`] : [])];
	return [
		`${it.id}  ${it.label ?? 'Pinterest Job Status Trigger'}: ${state}, ${counts.join(', ')}`,
		`    ${it.url}`, `    ${it.events.join(', ')}`, ...(it.lastError ? [`    ${it.lastError}`] : []),
	].join('\n');
}

function triedText(tried: LoggedTry): string {
	return `${tried.at}  ${tried.type}  ${tried.eventId}${tried.jobId ? `  ${tried.jobId}` : ''}  try ${tried.try}: ${tried.result}, ${answerText(tried)}`;
}

function answerText({ status, ms, answer }: Pick<LoggedTry, 'status' | 'ms' | 'answer'>): string {
	return `${status === null ? 'no status' : `HTTP ${status}`} after ${ms} ms${answer ? `: ${answer}` : ''}`;
}
