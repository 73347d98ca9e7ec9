// npm run test:model: the scripts of the store against their models, 200,000 random commands each, with the seeds printed.
// MODEL_COMMANDS=…     another number
// SIMULATION_SEED=…    the lives of an earlier run
import { join } from 'node:path';
import { ensureDependencies, projectFolder } from './lib/project.mjs';
import { ensureRedis } from './lib/redis.mjs';
import { show } from './lib/steps.mjs';

await ensureDependencies();
const redis = await ensureRedis({ appendfsync: 'always' });
const jest = join(projectFolder, 'node_modules/jest/bin/jest.js');
const words = [jest, '--selectProjects', 'simulation', '--no-coverage', '--testPathPatterns', 'simulation/.*model'];
try {
	process.exitCode = await show(process.execPath, words, { cwd: projectFolder, env: { MODEL_COMMANDS: '200000', ...process.env, REDIS_URL: redis.url } });
} finally {
	await redis.stop();
}
