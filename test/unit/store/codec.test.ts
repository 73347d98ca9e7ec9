import { contentOf, docOf, jobOf, tombstoneOf } from '../../../src/store/codec';
import { unpacked, type Kept } from '../../../src/store/packing';
import { aJob } from '../job/builders';

describe('a record of an earlier build', () => {
	const attempt = { n: 1, revision: 1, startedAt: 5, endedAt: 9, outcome: 'unknown' as const, class: null, code: 'timeout', httpStatus: null, pinterestCode: null, requestId: null, message: null };
	const job = aJob({ attemptHistory: [attempt] });

	it('with its content as JSON and its attempts with nulls is read like one of this', () => {
		const read = (doc: string, content: Kept) => jobOf([job.id, ['state', job.state, 'account', job.account, 'rev', '1', 'n', '1'], doc, content]);
		const earlier = read(JSON.stringify({ attemptHistory: [attempt] }), unpacked(contentOf(job)));
		expect(earlier).toEqual(read(docOf(job), contentOf(job)));
		expect(earlier.attemptHistory).toEqual([attempt]);
		expect(earlier.content).toEqual(job.content);
	});

	it('is longer than one of this, which packs its content and leaves out what nobody said', () => {
		expect(contentOf(job)).toBeInstanceOf(Buffer);
		expect(docOf(job)).not.toContain('null');
	});

	it('that is a tombstone in JSON is one', () => {
		const tombstone = { kind: 'tombstone', id: 'pj_1', state: 'succeeded', pinId: '99', mayExist: false };
		expect(tombstoneOf('pj_1', '{"mayExist":"","pinId":"99","state":"succeeded"}')).toEqual(tombstone);
		expect(tombstoneOf('pj_1', 'succeeded 99 ')).toEqual(tombstone);
		expect(tombstoneOf('pj_1', '99')).toEqual(tombstone);
		expect(tombstoneOf('pj_1', 'failed  1')).toEqual({ ...tombstone, state: 'failed', pinId: null, mayExist: true });
	});
});
