// npm run bench:events: 10,000 status events to a real n8n over a way that doubles, breaks, loses and closes, n8n killed twice; then the time
// from an event to its execution on an idle machine. About half an hour. Ends with 1 when an event was missed or told out of order.
// --write                    puts the tables into docs/benchmarks.md
// EVENTS=…                   another number
// PINTEREST_JOBS_E2E_N8N=…   another n8n
import { showJest } from './lib/checks.mjs';
import { ensureBuild, ensureDependencies } from './lib/project.mjs';

await ensureDependencies();
await ensureBuild();
const env = { EVENTS: '10000', EVENTS_SINGLE: '400', EVENTS_WRITE: process.argv.includes('--write') ? '1' : '' };
process.exitCode = await showJest(['--selectProjects', 'e2e', '--no-coverage', '--runInBand', '--testPathPatterns', 'e2e/(events|trigger)'], { env });
