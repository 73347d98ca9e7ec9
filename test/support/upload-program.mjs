// Loads a video and uploads it in a process of its own, and tells what came of it and how much memory that took at most.
import { createRequire } from 'node:module';
const [, , dir, address, form] = process.argv;
const require = createRequire(`${dir}/index.js`);
const { openSource } = require('./publish/source.js');
const { uploadFile } = require('./publish/upload.js');
const { UrlGuard } = require('./webhook/url-guard.js');

const { signal } = new AbortController();
const idle = process.memoryUsage().rss;
const opened = await openSource(address, new UrlGuard([new URL(address).origin]), signal);
const uploaded = await uploadFile(JSON.parse(form), opened.source, { signal });
console.log(JSON.stringify({ ...uploaded, peakBytes: process.resourceUsage().maxRSS * 1024 - idle }));
