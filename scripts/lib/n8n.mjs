import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { n8nOnNode24 } from './n8n-install.mjs';
import { installPackage } from './n8n-package.mjs';
import { freePort, waitUntil } from './ports.mjs';

export { N8nApi } from './n8n-api.mjs';
export { n8nInstalled, n8nForThisNode, n8nOnNode24, n8nOnOlderNode, node24, whyNotHere } from './n8n-install.mjs';

const off = [
	...['DIAGNOSTICS', 'VERSION_NOTIFICATIONS', 'TEMPLATES', 'PERSONALIZATION', 'VERIFIED_PACKAGES', 'DYNAMIC_BANNERS', 'AI'],
].map((name) => [`N8N_${name}_ENABLED`, 'false']);

/** With these n8n calls nobody on the Internet and asks its user nothing. */
const silence = {
	...Object.fromEntries(off),
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_ONBOARDING_FLOW_DISABLED: 'true',
	N8N_DIAGNOSTICS_CONFIG_FRONTEND: '',
	N8N_DIAGNOSTICS_CONFIG_BACKEND: '',
	EXTERNAL_FRONTEND_HOOKS_URLS: '',
};

/** mcp-registry calls n8n's servers; the others take time to start. 2.8 has none of them and refuses their names. */
const modulesOff = { [n8nOnNode24]: 'mcp-registry,instance-ai,agents,chat-hub,workflow-builder,quick-connect' };

/**
 * Starts an n8n on 127.0.0.1 and waits until its editor and its workflows are there.
 * `install` comes from `n8nInstalled()`; `userFolder` keeps its database; `packageDir` is the built package to load.
 * `detached` keeps a Ctrl-C at the terminal from it, for callers who end it themselves.
 * `stop()` ends it in order and waits; `kill()` is SIGKILL; `log()` is what this start has written.
 */
export async function startN8n({ userFolder, packageDir, ...options }) {
	mkdirSync(userFolder, { recursive: true });
	if (packageDir) installPackage(packageDir, userFolder);
	return startProcess('start', { ...options, userFolder });
}

/**
 * Starts a further process of an n8n in queue mode, on the `userFolder` and with the `env` of the main one: a `worker`, which executes, or a
 * `webhook`, which takes production webhooks.
 */
export function startN8nMember(command, options) {
	return startProcess(command, options);
}

const READY = { start: 'Editor is now accessible', worker: 'n8n worker is now ready', webhook: 'Webhook listener waiting for requests' };

async function startProcess(command, { install, userFolder, port, env = {}, detached = false, timeoutMs = 180_000 }) {
	const usedPort = port ?? (await freePort());
	const url = `http://127.0.0.1:${usedPort}`;
	const settings = { ...(await surroundings(install, usedPort, url, userFolder)), ...env };
	const n8n = n8nProcess(install, { command, env: settings, detached, logPath: join(userFolder, command === 'start' ? 'n8n.log' : `n8n-${command}.log`) });
	// A worker listens nowhere.
	const isReady = async () => n8n.log().includes(READY[command]) && (command !== 'start' || (await isUp(`${url}/healthz/readiness`)));
	try {
		await waitUntil(isReady, { what: `n8n ${install.version} ${command}`, timeoutMs, gaveUp: n8n.failure });
	} catch (error) {
		await n8n.kill();
		throw new Error(`${error.message}\n${n8n.log().slice(-4000)}`, { cause: error });
	}
	return { url, port: usedPort, pid: n8n.pid, userFolder, stop: n8n.stop, kill: n8n.kill, log: n8n.log };
}

async function surroundings({ version, nodePath }, port, url, userFolder) {
	return {
		...withoutJest(process.env),
		...silence,
		// The task runner is started as `node`.
		PATH: `${dirname(nodePath)}${delimiter}${process.env.PATH}`,
		N8N_DISABLED_MODULES: modulesOff[version] ?? '',
		NODE_ENV: 'production',
		N8N_USER_FOLDER: userFolder,
		N8N_HOST: '127.0.0.1',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_PROTOCOL: 'http',
		N8N_SECURE_COOKIE: 'false',
		WEBHOOK_URL: `${url}/`,
		N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
	};
}

/** What Jest and npm tell their children is not meant for n8n. */
function withoutJest(env) {
	const inner = ['JEST_WORKER_ID', 'NODE_OPTIONS', 'npm_config_nodedir'];
	return Object.fromEntries(Object.entries(env).filter(([name]) => !inner.includes(name)));
}

/** n8n's task runner is a child of it and leaves by itself when n8n is gone. */
function n8nProcess({ nodePath, n8nPath }, { command, env, detached, logPath }) {
	const file = openSync(logPath, 'a');
	const from = statSync(logPath).size;
	const child = spawn(nodePath, [n8nPath, command], { env, detached, stdio: ['ignore', file, file] });
	closeSync(file);
	const killWithUs = () => child.kill('SIGKILL');
	process.once('exit', killWithUs);
	let ended;
	const gone = once(child, 'exit').then(([code, signal]) => {
		ended = `ended with ${signal ?? code}`;
		process.removeListener('exit', killWithUs);
	});
	const end = async (signal, patienceMs) => {
		child.kill(signal);
		const late = setTimeout(() => child.kill('SIGKILL'), patienceMs);
		await gone;
		clearTimeout(late);
	};
	return {
		pid: child.pid,
		failure: () => ended,
		kill: () => end('SIGKILL', 0),
		// n8n gives its nodes 30 s to let go.
		stop: () => end('SIGTERM', 40_000),
		log: () => readFileSync(logPath).subarray(from).toString(),
	};
}

async function isUp(url) {
	try {
		return (await fetch(url)).ok;
	} catch (error) {
		// fetch wraps "connection refused" while n8n is not listening yet.
		if (error instanceof TypeError) return false;
		throw error;
	}
}
