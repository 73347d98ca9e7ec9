import type { Settings } from './config';
import type { Log } from './log';
import type { AccountStore } from './store/accounts';
import type { Inbox } from './store/inbox';
import type { Outbox } from './store/outbox';
import type { SubscriptionStore } from './store/subscriptions';
import { Endpoints } from './webhook/endpoints';
import { Receiver } from './webhook/receiver';
import { Registrar } from './webhook/registrar';
import { UrlGuard } from './webhook/url-guard';

interface Parts {
	settings: Settings;
	subscriptions: SubscriptionStore;
	outbox: Outbox;
	inbox: Inbox;
	accounts: AccountStore;
	/** Epoch ms of the store's clock. */
	now(): number;
	/** The machines that deliver, when this one is not among them; else none. */
	elsewhere(): Promise<string[]>;
	log: Log;
}

export interface WebhookDesk {
	guard: UrlGuard;
	receiver: Receiver;
	registrar: Registrar;
	endpoints: Endpoints;
}

/** Where events are subscribed to, and where they are taken. */
export function webhookDesk({ settings, subscriptions, outbox, inbox, accounts, now, elsewhere, log }: Parts): WebhookDesk {
	const secrets = [settings.signingSecret ?? '', settings.previousSigningSecret ?? ''];
	const guard = new UrlGuard(settings.deliveryBaseUrl ? [settings.deliveryBaseUrl] : []);
	const registrar = new Registrar({ subscriptions, guard, secrets, now, elsewhere, log });
	return {
		guard, registrar,
		// By the clock of this machine: the sender's headers name a time of day, not one of the store.
		receiver: new Receiver({ inbox, secrets, now: () => Date.now(), log }),
		endpoints: new Endpoints({ subscriptions, outbox, registrar, secrets, guard, now, named: (request) => accounts.named(request) }),
	};
}
