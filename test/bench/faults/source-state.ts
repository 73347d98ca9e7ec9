import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redisProgram } from '../../../scripts/lib/redis-server.mjs';

/** What is measured: a hash over the compiled engine and the bench, and the programs it runs on. */
export function sourceState(source: string): { hash: string; versions: string } {
	const hash = createHash('sha256');
	for (const folder of [source, __dirname, join(__dirname, '../peers')]) {
		for (const file of (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /\.(js|mjs|lua)$/.test(name)).sort()) hash.update(file).update(readFileSync(join(folder, file)));
	}
	const [redis] = /v=\S+/.exec(execFileSync(redisProgram()!, ['--version'], { encoding: 'utf8' })) ?? ['unknown'];
	return { hash: hash.digest('hex').slice(0, 12), versions: `Node ${process.versions.node}, Redis ${redis.slice(2)}` };
}
