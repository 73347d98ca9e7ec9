import { FaultPlan } from './faults';
import { Files } from './files';
import { Images } from './images';
import { Lag } from './lag';
import { Ledger } from './ledger';
import { Uploads } from './media';
import { settingsOf, type SandboxOptions, type Settings } from './options';
import { RateLedger } from './rate-ledger';
import { RateLimits } from './rates';
import { allScopes, Tokens } from './tokens';
import { World, worldOfNames, type Account, type AccountSpec } from './world';

/** Everything a sandbox knows and does, without the HTTP around it. */
export class State {
	readonly settings: Settings;
	readonly world: World;
	readonly tokens: Tokens;
	readonly ledger: Ledger;
	readonly limits: RateLimits;
	readonly rates: RateLedger;
	readonly faults: FaultPlan;
	readonly lag: Lag;
	readonly images = new Images();
	readonly uploads: Uploads;
	readonly files: Files;
	/** Origin of the server, for the addresses it gives out. */
	origin = '';

	constructor(options: SandboxOptions) {
		this.settings = settingsOf(options);
		const { seed, now, tokenLifeMs, keepCalls, timeFactor, faults, readFaults } = this.settings;
		if (!(timeFactor > 0)) throw new Error('timeFactor is a number above 0.');
		const spec = options.world ?? worldOfNames(options.accounts ?? ['acme']);
		this.world = new World(seed, spec, now);
		this.tokens = new Tokens(seed, tokenLifeMs, now);
		this.ledger = new Ledger(keepCalls);
		this.limits = new RateLimits(this.settings);
		this.rates = new RateLedger(timeFactor);
		this.faults = new FaultPlan(seed, faults, readFaults);
		this.lag = new Lag(this.settings);
		this.uploads = new Uploads(this.settings);
		this.files = new Files(seed);
		for (const account of spec.accounts) this.issueFirst(account);
	}

	get now(): number {
		return this.settings.now();
	}

	/** Adds an account and gives it its first tokens. */
	addAccount(spec: AccountSpec): Account {
		const account = this.world.addAccount(spec);
		this.issueFirst(spec);
		return account;
	}

	private issueFirst({ name, token, refreshToken, scopes }: AccountSpec): void {
		this.tokens.issue(this.world.account(name), { token, refreshToken, scopes: scopes ?? allScopes });
	}
}
