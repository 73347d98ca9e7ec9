import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const script = join(__dirname, '../../scripts/test-mutants.mjs');

it('every planted bug fits the code it was made for: who changes the code changes it in test/mutants/areas too', async () => {
	const { stdout } = await promisify(execFile)(process.execPath, [script, '--list']);
	expect(stdout.trim().split('\n').length).toBeGreaterThan(20);
});
