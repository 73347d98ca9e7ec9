import type { PublishRequest } from '../../src';
import type { AccountView } from '../../src/sandbox';
import type { Dice } from './dice';

/** One intention: what is enqueued under an own key, and the content it shares with its twins. */
export interface Intention {
	key: string;
	/** Names the content; twins have it in common. */
	group: string;
	request: PublishRequest;
	/** What Pinterest will say to it whenever it is sent. */
	fate: 'fine' | 'foreign board' | 'small image';
}

export interface PlanOptions {
	jobs: number;
	accounts: AccountView[];
	/** Share of the jobs that look like another one, under keys of their own. */
	twins: number;
}

/** What a campaign enqueues, in its order. */
export function planOf({ jobs, accounts, twins }: PlanOptions, dice: Dice): Intention[] {
	const plan: Intention[] = [];
	for (let n = 0; n < jobs; n++) {
		const sibling = dice.hits(twins) ? plan.filter(({ fate }) => fate === 'fine').at(-1 - dice.below(10)) : undefined;
		plan.push(sibling ? { ...sibling, key: `key-${n}`, request: { ...sibling.request, key: `key-${n}` } } : anIntention(n, accounts, dice));
	}
	return plan;
}

function anIntention(n: number, accounts: AccountView[], dice: Dice): Intention {
	const account = dice.pick(accounts);
	const fate = dice.hits(0.015) ? 'foreign board' : dice.hits(0.015) ? 'small image' : 'fine';
	const owner = fate === 'foreign board' ? accounts[(accounts.indexOf(account) + 1) % accounts.length]! : account;
	const board = dice.pick(owner.boards);
	const section = board.sections[0] && dice.hits(0.3) ? board.sections[0].id : null;
	const request: PublishRequest = {
		account: account.name, boardId: board.id, sectionId: section, key: `key-${n}`, link: `https://shop.example/products/${n}`,
		title: `Product ${n}`, description: dice.hits(0.5) ? `All about product ${n}` : null,
		media: { kind: 'image_url', url: `https://shop.example/images/${n}${fate === 'small image' ? '-small' : ''}.jpg` },
	};
	return { key: `key-${n}`, group: request.link!, request, fate };
}
