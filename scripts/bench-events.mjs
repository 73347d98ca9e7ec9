// npm run bench:events: 10,000 status events to a real n8n over a way that doubles, breaks, loses and closes, n8n killed twice; then the time
// from an event to its execution on an idle machine. About half an hour. Ends with 1 when an event was missed or told out of order.
// --write                    puts the tables into docs/benchmarks.md
// EVENTS=…                   another number
// PINTEREST_JOBS_E2E_N8N=…   another n8n
import { join } from 'node:path';
import { ensureBuild, ensureDependencies, projectFolder } from './lib/project.mjs';
import { ensureRedis } from './lib/redis.mjs';
import { show } from './lib/steps.mjs';

await ensureDependencies();
const redis = await ensureRedis();
const jest = join(projectFolder, 'node_modules/jest/bin/jest.js');
try {
	await ensureBuild();
	const env = { EVENTS: '10000', EVENTS_SINGLE: '400', ...process.env, REDIS_URL: redis.url, EVENTS_WRITE: process.argv.includes('--write') ? '1' : '' };
	process.exitCode = await show(process.execPath, [jest, '--selectProjects', 'e2e', '--no-coverage', '--runInBand', '--testPathPatterns', 'e2e/(events|trigger)'], { cwd: projectFolder, env });
} finally {
	await redis.stop();
}
