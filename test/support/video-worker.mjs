// A worker that may load videos from the sandbox: node video-worker.mjs <source> <json of what it serves>
import { createRequire } from 'node:module';

const [source, json] = process.argv.slice(2);
const { Engine } = createRequire(import.meta.url)(`${source}/index.js`);
const { redis, namespace, timeFactor, sandbox, token, account, pace, policy } = JSON.parse(json);
const log = (line) => console.log(JSON.stringify(line));
const engine = Engine.open({ redis, namespace, timeFactor, policy, trustedImageOrigins: [sandbox], log });
log({ event: 'idle', bytes: process.memoryUsage().rss });
const current = () => Promise.resolve({ value: token, baseUrl: sandbox });
await engine.serve({ account, client: null, token: { current, refresh: current }, pace });
process.on('SIGTERM', () => void engine.close().then(() => process.exit(0)));
