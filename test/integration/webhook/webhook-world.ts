import { isJobEvent } from '../../../src/job/event';
import { Dispatcher, type DispatcherOptions } from '../../../src/webhook/dispatcher';
import { UrlGuard } from '../../../src/webhook/url-guard';
import { aJob, published, StoreWorld } from '../store/store-world';
import { EventEndpoint } from './a-receiver';

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const DAY = 24 * 3600 * 1000;

/** A store, an endpoint that is subscribed to everything of jobs, and dispatchers between them. */
export class WebhookWorld {
	readonly store = new StoreWorld();
	readonly lines: Record<string, unknown>[] = [];
	private readonly dispatchers: Dispatcher[] = [];
	private readonly endpoints: EventEndpoint[] = [];

	private constructor(readonly endpoint: EventEndpoint) {
		this.endpoints.push(endpoint);
	}

	static async start(): Promise<WebhookWorld> {
		const world = new WebhookWorld(await EventEndpoint.start());
		await world.subscribe('s', `${world.endpoint.origin}/hook`);
		return world;
	}

	async anotherEndpoint(): Promise<EventEndpoint> {
		const endpoint = await EventEndpoint.start();
		this.endpoints.push(endpoint);
		return endpoint;
	}

	async subscribe(id: string, url: string, more = {}): Promise<void> {
		await this.store.subscriptions.subscribe({ id, url, events: ['job.queued', 'job.running', 'job.succeeded'], ttlMs: 100 * DAY, ...more });
	}

	dispatcher(change: Partial<DispatcherOptions> = {}): Dispatcher {
		const { outbox, subscriptions, namespace } = this.store;
		const dispatcher = new Dispatcher({
			outbox, subscriptions, secrets: [SECRET], guard: new UrlGuard(this.endpoints.map(({ origin }) => origin)), now: () => namespace.now(), random: () => 0.5,
			timeFactor: 1, log: (line) => this.lines.push(line),
			render: (event, job) => (isJobEvent(event) ? { id: event.jobId, seq: event.seq, title: job?.content.title } : { ...event.incident }), ...change,
		});
		this.dispatchers.push(dispatcher);
		return dispatcher;
	}

	/** Jobs that were published: three events each. */
	async published(count: number): Promise<string[]> {
		const ids: string[] = [];
		for (let n = 0; n < count; n++) {
			const job = aJob({ boardId: `${n}`, dueAt: this.store.time, createdAt: this.store.time });
			await this.store.put(job);
			const leased = await this.store.claimed();
			await this.store.jobs.settle(leased, published(leased, this.store.time));
			ids.push(job.id);
		}
		return ids;
	}

	/** Jobs that wait: one event each. */
	async queued(count: number): Promise<string[]> {
		const jobs = Array.from({ length: count }, () => aJob({ dueAt: this.store.time, createdAt: this.store.time }));
		await this.store.put(...jobs);
		return jobs.map(({ id }) => id);
	}

	pass(ms: number): void {
		this.store.time += ms;
	}

	async end(): Promise<void> {
		for (const endpoint of this.endpoints) await endpoint.stop();
		for (const dispatcher of this.dispatchers) await dispatcher.stop();
		await this.store.end();
	}
}
