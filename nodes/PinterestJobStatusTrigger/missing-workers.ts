import type { Engine } from '../../src';
import type { EventPayload } from '../shared/event-item';

export interface LocalEvent {
	eventId: string;
	payload: EventPayload;
}

type Listener = (events: LocalEvent[]) => Promise<void>;

// An incident is opened once, by whoever looks first: the others in this process hear of it from here.
const listeners = new Map<Engine, Set<Listener>>();

/** Without a worker nobody delivers events, so that the trigger has to tell of a missing worker itself. */
export function listenForMissingWorkers(engine: Engine, listener: Listener): { look(): Promise<void>; stop(): void } {
	const all = listeners.get(engine) ?? new Set();
	listeners.set(engine, all.add(listener));
	return {
		async look() {
			const events = await engine.watchForMissingWorkers();
			if (events.length > 0) await Promise.all([...all].map((tell) => tell(events)));
		},
		stop() {
			all.delete(listener);
			if (all.size === 0) listeners.delete(engine);
		},
	};
}
