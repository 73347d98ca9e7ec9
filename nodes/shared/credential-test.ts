import type { ICredentialsDecrypted, ICredentialTestFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import { Engine, type Finding } from '../../src';
import { engineConfigOf } from './credential';
import { itemErrorOf } from './errors';

/** The test of the Pinterest Job Engine credential: Redis answers, keeps what it is given, and throws nothing away. */
export async function testEngine(this: ICredentialTestFunctions, credential: ICredentialsDecrypted): Promise<INodeCredentialTestResult> {
	try {
		const config = engineConfigOf(credential.data ?? {});
		const engine = Engine.open(config);
		try {
			return testResult(await engine.checkRedis(), Boolean(config.signingSecret));
		} finally {
			await engine.close();
		}
	} catch (error) {
		const { message, hint } = itemErrorOf(error);
		return { status: 'Error', message: [message, hint].filter(Boolean).join(' ') };
	}
}

/** n8n shows a message only with an error, so that a Redis which may lose jobs has to be one. */
export function testResult(findings: Finding[], hasSecret: boolean): INodeCredentialTestResult {
	const worst = findings.find(({ level }) => level === 'error');
	if (worst) return { status: 'Error', message: `Connected, but: ${worst.message} ${worst.hint}` };
	if (!hasSecret) return { status: 'Error', message: 'Connected, but the signing secret is empty: no event could be delivered or trusted.' };
	return { status: 'OK', message: 'Connected' };
}
