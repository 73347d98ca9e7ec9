import { Engine } from '../engine';
import { connectionConfig, tellTimeFactor } from './connection';
import { accounts, pause, resume } from './jobs-accounts';
import { handle } from './jobs-handle';
import { get, groups, list, progress } from './jobs-look';
import { calledWith, HELP, type Action, type Called } from './jobs-options';
import { requeue, resolveUnknown } from './jobs-requeue';
import { cancel, update } from './jobs-update';

type Run = (engine: Engine, called: Called) => Promise<void>;

const RUNS: Record<Action, Run> = {
	get, list, groups, progress, accounts, update, cancel, pause, resume, requeue, claim: handle, release: handle, note: handle, snooze: handle, resolve: handle, 'resolve-unknown': resolveUnknown,
};

/** `pinterest-jobs jobs`: jobs, accounts and failure queues on the command line. */
export async function jobs(argv: string[]): Promise<void> {
	const called = calledWith(argv);
	if (called === null) return void console.log(HELP);
	const engine = Engine.open(connectionConfig(called.values));
	tellTimeFactor(engine.settings.timeFactor);
	try {
		await RUNS[called.action](engine, called);
	} finally {
		await engine.close();
	}
}
