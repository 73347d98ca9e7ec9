interface Waiting<Item, Answer> {
	item: Item;
	resolve(answer: Answer): void;
	reject(error: unknown): void;
}

/** Collects what is asked in one turn of the event loop into calls of at most `size` items: a script costs more than its work. */
export class Batcher<Item, Answer> {
	private waiting: Waiting<Item, Answer>[] = [];

	constructor(private readonly call: (items: Item[]) => Promise<Answer[]>, private readonly size = 50) {}

	ask(item: Item): Promise<Answer> {
		return new Promise((resolve, reject) => {
			if (this.waiting.length === 0) setImmediate(() => this.flush());
			this.waiting.push({ item, resolve, reject });
		});
	}

	private flush(): void {
		const all = this.waiting;
		this.waiting = [];
		for (let i = 0; i < all.length; i += this.size) void this.send(all.slice(i, i + this.size));
	}

	private async send(waiting: Waiting<Item, Answer>[]): Promise<void> {
		try {
			const answers = await this.call(waiting.map(({ item }) => item));
			waiting.forEach(({ resolve }, i) => resolve(answers[i] as Answer));
		} catch (error) {
			waiting.forEach(({ reject }) => reject(error));
		}
	}
}
