import type { SandboxOptions } from '../../../src/sandbox';
import type { Intention } from '../../support/plan';

/** What happens to a worker process. A killed one is started again after `forMs`, a frozen one thawed. */
export interface Mishap {
	/** After the round began, ms. */
	atMs: number;
	what: 'kill' | 'freeze';
	/** Which worker: the remainder of a division by how many there are. */
	worker: number;
	/** Strike while a request to create a Pin is under way, if one comes within a second and a half; else at once. */
	aimed: boolean;
	forMs: number;
}

/** What happens to the queue's Redis. It is up again after `downMs`; contenders without one leave it out. */
export interface RedisCut {
	/** After the round began, ms. */
	atMs: number;
	/** SIGKILL; SIGTERM; SIGKILL and the append-only file as it was `lostMs` ago. */
	what: 'kill' | 'restart' | 'power cut';
	lostMs: number;
	downMs: number;
}

/** The same trouble for every contender. All times are real ones: only what Pinterest does is divided by the time factor. */
export interface Round {
	seed: number;
	/** What shall be published, each once; accounts, boards and sections are those of the sandbox of this round. */
	plan: Intention[];
	/** The sandbox that each contender gets one of (`startSandbox`): the same world, lags and chances of a fault. */
	sandbox: SandboxOptions;
	timeFactor: number;
	workers: number;
	mishaps: Mishap[];
	redisCuts: RedisCut[];
	/** The plan comes in evenly over this time; trouble of every kind ends with it, and Pinterest's faults too (`quiet`). */
	troubleMs: number;
	/** Whatever has not ended this long after the round began is left as it is. */
	deadlineMs: number;
}

/** One line of the table. */
export interface Row {
	contender: string;
	jobs: number;
	/** Pins more, and fewer, than there should be, per content group. */
	double: number;
	missing: number;
	/** Acknowledged and gone afterwards; null when nothing is acknowledged before it was sent. */
	lostEnqueues: number | null;
	/** Jobs that ended with somebody having to look. */
	toHuman: number;
	/** Calls to Pinterest of any kind. */
	calls: number;
	seconds: number;
	note: string;
}

/** One way to publish, put through a round. */
export interface Contender {
	name: string;
	run(round: Round): Promise<Row>;
}
