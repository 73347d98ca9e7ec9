import { ourFailure } from '../job/classify';
import { rowOf } from '../job/failures';
import type { Job } from '../job/job';
import type { Failure, MediaOutcome } from '../job/outcome';
import type { AccessToken } from './contract';
import type { AddressGuard } from './guarded-get';
import { failureAfterCure, tokenOf, type PinterestClient, type Read } from './pinterest-client';
import { openSource, type Source } from './source';
import type { TrustedTokens } from './tokens';
import { uploadFile, type UploadForm } from './upload';

interface Parts {
	client: PinterestClient;
	tokens: TrustedTokens;
	guard: AddressGuard;
	ca?: string;
	monotonic(): number;
	write<T>(call: () => Promise<T>): Promise<T | undefined>;
	signal: AbortSignal;
}

/** A server does not wait for our pace: after so long the address is opened again. */
const WAITS_MS = 5000;

/**
 * Registers the video of a job and uploads it, as one step: the form that Pinterest signs for the upload is a secret, so it never
 * leaves this function and nothing could go on from it later. What an earlier try has registered is an orphan, which harms nobody.
 */
export async function handOver({ content: { media } }: Pick<Job, 'content'>, parts: Parts): Promise<MediaOutcome> {
	if (media.kind !== 'video_url') throw new TypeError(`There is no video to hand over, but ${media.kind}.`);
	const token = await tokenOf(parts.tokens);
	if (!token.ok) return withoutToken(token.failure, parts.tokens);
	// First, so that an address without a video costs no registration.
	const open = () => openSource(media.url, parts.guard, parts.signal);
	let opened = await open();
	if (!opened.ok) return failedBy(opened.failure, parts.signal);
	try {
		const askedAt = parts.monotonic();
		const registered = await register(token.value, parts);
		if (!registered) return notDone();
		if (!registered.ok) return failedBy(registered.failure, parts.signal);
		if (parts.monotonic() - askedAt > WAITS_MS) {
			opened.source.close();
			opened = await open();
			if (!opened.ok) return failedBy(opened.failure, parts.signal);
		}
		return await upload(registered.value, opened.source, parts);
	} finally {
		if (opened.ok) opened.source.close();
	}
}

/** Whether Pinterest has finished with the video that a job was handed over with. */
export async function mediaStatus({ upload }: Pick<Job, 'upload'>, { client, tokens }: Pick<Parts, 'client' | 'tokens'>): Promise<MediaOutcome> {
	if (!upload) throw new TypeError('There is no upload to ask about.');
	const status = await client.mediaStatus(tokens, upload.mediaId);
	if (!status.ok) return withoutToken(status.failure, tokens);
	if (status.value === 'succeeded') return { kind: 'media_ready' };
	return status.value === 'failed' ? failed(ourFailure('media_processing_failed', 'Pinterest says that it could not process the video, and no more.')) : { kind: 'processing' };
}

/** Undefined when there was no slot for it. A dead token is renewed here, and the step begins anew with the new one. */
async function register(token: AccessToken, { client, tokens, write, signal }: Parts): Promise<Read<RegisteredForm> | undefined> {
	const registered = await write(() => client.registerMedia(token, tokens));
	if (!registered || signal.aborted) return undefined;
	const failure = await failureAfterCure(registered, tokens, token);
	return failure ? { ok: false, failure } : registered;
}

type RegisteredForm = UploadForm & { mediaId: string };

async function upload({ mediaId, ...form }: RegisteredForm, source: Source, { signal, ca }: Parts): Promise<MediaOutcome> {
	const uploaded = await uploadFile(form, source, { signal, ca });
	return uploaded.ok ? { kind: 'handed_over', mediaId, sha256: uploaded.sha256, bytes: uploaded.bytes } : failedBy(uploaded.failure, signal);
}

/** What ends because we ended it is nobody's failure. */
const failedBy = (failure: Failure, signal: AbortSignal): MediaOutcome => (signal.aborted ? notDone() : failed(failure));

const withoutToken = (failure: Failure, tokens: TrustedTokens): MediaOutcome => (tokens.isRefused ? notDone() : failed(failure));

const notDone = (): MediaOutcome => failed(ourFailure('permit_refused'));

const failed = (failure: Failure): MediaOutcome => ({ kind: rowOf(failure.code).outcome === 'refused' ? 'refused' : 'not_sent', failure });
