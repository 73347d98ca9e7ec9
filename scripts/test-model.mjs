// npm run test:model: the scripts of the store against their models, 200,000 random commands each, with the seeds printed.
// MODEL_COMMANDS=…     another number
// SIMULATION_SEED=…    the lives of an earlier run
import { showJest } from './lib/checks.mjs';
import { ensureDependencies } from './lib/project.mjs';

await ensureDependencies();
process.exitCode = await showJest(['--selectProjects', 'simulation', '--no-coverage', '--testPathPatterns', 'simulation/.*model'], { env: { MODEL_COMMANDS: '200000' }, appendfsync: 'always' });
