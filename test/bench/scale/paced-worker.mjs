// A worker as `pinterest-jobs worker` is one, under a pace of the whole app: SCALE_APP_PACE, JSON. SCALE_SOURCE is where src/ is compiled.
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const source = createRequire(`${process.env.SCALE_SOURCE}/`);
const { Engine } = source('./index.js');
const { SecretFile } = source('./bin/secret-file.js');
const text = { type: 'string' };
const { values } = parseArgs({ args: process.argv.slice(3), options: { accounts: text, redis: text, namespace: text, 'time-factor': text } });
const secrets = new SecretFile(values.accounts);
const engine = Engine.open({
	redis: { url: values.redis }, namespace: values.namespace, timeFactor: Number(values['time-factor']), appPace: JSON.parse(process.env.SCALE_APP_PACE),
	log: (line) => console.log(JSON.stringify(line)),
});
for (const { account, pace } of await secrets.accounts()) await engine.serve({ account, client: null, token: secrets.tokenSource(account), pace });
