// The words of the field as types. DESIGN: states are the article's; `canceled` is ours.

export const JOB_STATES = ['queued', 'running', 'retry_scheduled', 'succeeded', 'failed', 'canceled'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** What a job in `retry_scheduled` waits for: a send, a look at the board, or a media step. */
export type Phase = 'publish' | 'reconcile' | 'media';

/** What happens next after a failure. */
export const ERROR_CLASSES = ['retry', 'retry_later', 'route', 'stop'] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** Who has to act on a failed job. */
export const QUEUE_NAMES = ['ops', 'client', 'engineering'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

/** An image: by URL, or bytes kept once under their hash. */
export type Image =
	| { kind: 'image_url'; url: string }
	| { kind: 'image_base64'; sha256: string; contentType: 'image/jpeg' | 'image/png'; bytes: number };

/** One image of a carousel, with what is said below it and where it leads. */
export interface Card {
	image: Image;
	title: string | null;
	description: string | null;
	link: string | null;
}

/** A video, handed to Pinterest from its address, and what is shown before it plays: one of its frames, or an image. */
export interface Video {
	kind: 'video_url';
	url: string;
	cover: { kind: 'frame'; atSeconds: number } | Image;
}

/** What a Pin shows: an image, two to five of one kind, or a video. */
export type Media = Image | { kind: 'carousel'; cards: Card[] } | Video;

/** A video that Pinterest was handed. */
export interface Upload {
	mediaId: string;
	at: number;
	/** When Pinterest said that it may be published; null until then. */
	readyAt: number | null;
	/** How often Pinterest was asked whether it is ready. */
	polls: number;
	/** Of the bytes as they went by. */
	sha256: string;
	bytes: number;
}

/** What one revision of a job publishes; board and link included, since a correction may change them. */
export interface PinContent {
	boardId: string;
	sectionId: string | null;
	boardName: string | null;
	/** As given by the user; the canonical form is only used in keys. */
	link: string | null;
	title: string | null;
	description: string | null;
	altText: string | null;
	dominantColor: string | null;
	media: Media;
}

/** One try to publish, counted from 1. Instants are epoch milliseconds. */
export interface Attempt {
	n: number;
	revision: number;
	startedAt: number;
	endedAt: number;
	outcome: 'published' | 'refused' | 'not_sent' | 'unknown';
	class: ErrorClass | null;
	code: string | null;
	httpStatus: number | null;
	pinterestCode: number | null;
	requestId: string | null;
	/** Redacted, at most 300 characters. */
	message: string | null;
}

/** One look at the board while a job is in doubt. */
export interface Evidence {
	at: number;
	/** 'complete' when every page of the listing was read without an error. */
	scan: 'complete' | 'incomplete' | 'forbidden';
	pages: number;
	candidates: number;
	/** How far the store's clock was ahead of Pinterest's, ms; negative when behind, null when no answer said so. */
	skewMs?: number | null;
	note: string;
}

/** A request may have left, and no answer has settled it. */
export interface Doubt {
	/** Earliest of job creation and first attempt, less two minutes: older Pins are not ours. */
	notBefore: number;
	/** The furthest the store's clock was seen ahead of Pinterest's by a look, ms. */
	aheadMs?: number;
	/** The last instant at which the doubtful request could have been sent. */
	sendBy: number;
	/** Nobody knows of a send: Redis may have forgotten one. */
	suspected?: true;
	/** Its account wanted a person to decide before anything is sent again: that stays so to the end of the doubt. */
	neverResend?: true;
	/** Index into the read plan of the next look. */
	step: number;
	/** Complete scans that found nothing. */
	absentScans: number;
}

/** A correction: who changed what from which value to which, making which revision. */
export interface RevisionChange {
	revision: number;
	at: number;
	by: string | null;
	changes: Record<string, { from: unknown; to: unknown }>;
}

/** What becomes of a job when Publish Before passes: a person is asked, it is skipped, or it is published all the same. */
export const WHEN_LATE = ['ask', 'skip', 'publish'] as const;
export type WhenLate = (typeof WHEN_LATE)[number];

/** What people do with a failed job beside correcting it. */
export const HANDLINGS = ['claimed', 'released', 'noted', 'snoozed', 'resolved'] as const;

/** One thing somebody did with a failed job. */
export interface Handling {
	at: number;
	by: string | null;
	what: (typeof HANDLINGS)[number];
	/** In their words; at most 500 characters. */
	note: string | null;
	/** Until when it was snoozed. */
	until: number | null;
}

export interface LastError {
	class: ErrorClass;
	code: string;
	message: string;
	httpStatus: number | null;
}

/** Where in n8n a job came from. */
export interface N8nOrigin {
	workflowId: string | null;
	executionId: string | null;
	executionUrl: string | null;
}

/** The right to move a running job until `until`; `fence` proves it. */
export interface Lease {
	fence: string;
	until: number;
	/** Set by the send permit: the last instant at which the request may leave; null before it. */
	sendBy: number | null;
	/** Of a lease that was taken over: the account wanted a person to decide before anything is sent again. */
	neverResend?: true;
}

/** The intention that one Pin shall exist once, and its record. */
export interface Job {
	id: string;
	account: string;
	client: string | null;
	source: string | null;
	userKey: string | null;
	/** The user's own name for the creative; when absent the media names itself. */
	assetId: string | null;
	content: PinContent;
	marker: boolean;
	scheduledAt: number | null;
	publishBefore: number | null;
	/** Null without Publish Before. */
	whenLate: WhenLate | null;
	createdAt: number;
	metadata: Record<string, unknown> | null;
	n8n: N8nOrigin | null;
	warnings: string[];

	state: JobState;
	phase: Phase | null;
	revision: number;
	/** Number of the last event of this job; gap-free from 1. */
	seq: number;
	/** When the next attempt or look is due; null when nothing is planned. */
	dueAt: number | null;
	finishedAt: number | null;
	/** Attempts begun so far. */
	attempts: number;
	/** Another Pin of its link went out too recently: it waits for the link's next turn. */
	waitsForLink: boolean;
	/** When the running attempt was claimed. */
	startedAt: number | null;
	attemptHistory: Attempt[];
	historyCut: number;
	/** Tries used up per class and per failure code; waiting under a hold uses none. */
	used: { classes: Partial<Record<ErrorClass, number>>; codes: Record<string, number>; afterAbsence: number };
	inDoubt: Doubt | null;
	/** Null until the video of this revision was handed over; always for images. */
	upload: Upload | null;
	/** The attempt after which its images are sent as bytes, since Pinterest cannot load them from their addresses; null as long as it may. */
	bytesAfter: number | null;
	/** What the looks at its board saw, whatever was decided by them; the oldest beyond a cap are only counted. */
	looks: Evidence[];
	looksCut: number;
	lastError: LastError | null;
	/** The failure queue it stands in; while snoozed it is not shown there. */
	queue: { name: QueueName; owner: string | null; since: number; snoozedUntil: number | null } | null;
	/** What was done about its failures; the oldest beyond a cap are only counted. */
	handling: Handling[];
	handlingCut: number;
	/** Counts changes that are no event, so that two people do not undo each other's. */
	edits: number;
	/** The cause that groups failures: code and what it is about. */
	groupKey: string | null;
	pinId: string | null;
	pinUrl: string | null;
	/** True when the Pin was found by looking. */
	recovered: boolean;
	/** Resolved by hand without knowing: the Pin may exist, so the key never sends again. */
	mayExist: boolean;
	/** Leases lost since an attempt was last told of; three make a poison job. */
	lostLeases: number;
	/** Automatic requeues so far, capped so that a loop from job.failed ends. */
	requeues: number;
	/** The instant of the last thing a person or machine looked at before sending (quarantine). */
	lookedAt: number | null;
	revisions: RevisionChange[];
	/** Null unless somebody works on it now. */
	lease: Lease | null;
}

/** A job somebody holds the lease of. */
export type LeasedJob = Job & { lease: Lease };
