import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis } from '../../support/redis';
import { machine, tableOf, type Figure } from '../figure';
import type { Bench, Part } from './part';

const FOLDER = '.bench/speed';

/** What a part measured, where, when and of what. */
export interface Report {
	part: string;
	at: string;
	short: boolean;
	seed: number;
	machine: string;
	versions: { redis: string; bullmq: string; ioredis: string };
	seconds: number;
	measured: unknown;
}

/** Runs a part and keeps what it measured in `.bench/speed/<part>.json`, of the short form in a file of its own. */
export async function reportOf(part: Part, bench: Bench): Promise<Report> {
	const since = performance.now();
	const measured = await part.measure(bench);
	const report: Report = {
		part: part.name, at: new Date().toISOString(), short: bench.short, seed: bench.seed, machine: machine(), versions: await versions(),
		seconds: Math.round((performance.now() - since) / 1000), measured,
	};
	await mkdir(FOLDER, { recursive: true });
	await writeFile(fileOf(part, bench.short), JSON.stringify(report, null, '\t'));
	return report;
}

/** What a part measured when it ran last; null when it never did. */
export async function lastReport(part: Part, short: boolean): Promise<Report | null> {
	try {
		return JSON.parse(await readFile(fileOf(part, short), 'utf8')) as Report;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
		throw error;
	}
}

/** A part of the page, and its figures. */
export function chapterOf(part: Part, { measured, at, seed, seconds, machine, short, versions: { redis, bullmq, ioredis } }: Report): { text: string; figures: Figure[] } {
	const figures = part.figures(measured), table = part.table(measured);
	const head = `${at.slice(0, 10)}, \`npm run bench${short ? ' -- --short' : ''}\`, ${seconds} s, seed ${seed}. ${machine}, Redis ${redis}, BullMQ ${bullmq}, ioredis ${ioredis}.`;
	return { figures, text: [`### ${part.title}`, head, ...(table === '' ? [] : [table]), ...(figures.length === 0 ? [] : [tableOf(figures)])].join('\n\n') };
}

function fileOf({ name }: Part, short: boolean): string {
	return join(FOLDER, `${name}${short ? '.short' : ''}.json`);
}

async function versions(): Promise<Report['versions']> {
	const server = await startRedis(), redis = new Redis(server.url);
	try {
		const version = (name: string) => (createRequire(__filename)(`${name}/package.json`) as { version: string }).version;
		return { redis: /redis_version:(\S+)/.exec(await redis.info('server'))![1]!, bullmq: version('bullmq'), ioredis: version('ioredis') };
	} finally {
		redis.disconnect();
		await server.stop();
	}
}
