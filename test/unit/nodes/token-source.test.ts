import type { ICredentialDataDecryptedObject, INode } from 'n8n-workflow';
import { tokenSource, RENEWED_BY_N8N, MADE_BY_HAND, type TokenNode } from '../../../nodes/PinterestPublishWorker/token-source';

const node: INode = { id: 'n1', name: 'Worker', type: 'x.pinterestPublishWorker', typeVersion: 1, position: [0, 0], parameters: {} };

/** n8n as a Worker node sees it: credentials that a refresh or a person may change. */
function n8n(token: string, onCall: () => void = () => undefined) {
	const world = { token, reads: 0, calls: [] as string[] };
	const functions: TokenNode = {
		getNode: () => node,
		getCredentials: async <T extends object = ICredentialDataDecryptedObject>() => {
			world.reads += 1;
			return await Promise.resolve({ environment: 'local', baseUrl: 'http://127.0.0.1:4010/v5', accessToken: world.token, oauthTokenData: { access_token: world.token } } as unknown as T);
		},
		helpers: {
			httpRequestWithAuthentication: async (_type, { url }) => {
				world.calls.push(url);
				return await Promise.resolve().then(onCall);
			},
		},
	};
	return { world, functions };
}

it('asks n8n for a token once a minute, so that rotating it there is enough', async () => {
	let now = 0;
	const { world, functions } = n8n('pina_1');
	const source = tokenSource(functions, MADE_BY_HAND, () => now);
	await source.current();
	world.token = 'pina_2';
	now = 59_999;
	expect((await source.current()).value).toBe('pina_1');
	now = 60_000;
	expect(await source.current()).toEqual({ value: 'pina_2', baseUrl: 'http://127.0.0.1:4010/v5' });
	expect(world.reads).toBe(2);
});

it('lets n8n renew a refused token by one read, and takes what n8n has stored', async () => {
	const { world, functions } = n8n('pina_old', () => {
		world.token = 'pina_new';
	});
	const source = tokenSource(functions, RENEWED_BY_N8N);
	await source.current();
	expect((await source.refresh()).value).toBe('pina_new');
	expect(world.calls).toEqual(['http://127.0.0.1:4010/v5/user_account']);
	expect((await source.current()).value).toBe('pina_new');
});

it('takes a token that somebody else has renewed meanwhile, without renewing it again', async () => {
	const { world, functions } = n8n('pina_old');
	const source = tokenSource(functions, RENEWED_BY_N8N);
	await source.current();
	world.token = 'pina_reconnected';
	expect((await source.refresh()).value).toBe('pina_reconnected');
	expect(world.calls).toEqual([]);
});

it('says that a person has to reconnect when n8n cannot renew, without telling the request', async () => {
	const { functions } = n8n('pina_old', () => {
		throw Object.assign(new Error('401 - Bearer pina_old'), { httpCode: '401' });
	});
	const source = tokenSource(functions, RENEWED_BY_N8N);
	await source.current();
	const failure = await source.refresh().catch((error: Error) => error);
	expect((failure as Error).message).toMatch(/did not renew.*401.*reconnect/);
	expect(JSON.stringify(failure)).not.toContain('pina_old');
});

it.each([
	[{ httpCode: '401' }, false, true], [{ httpCode: '400' }, false, true], [{ httpCode: '403' }, false, false], [{}, false, false],
	[{ httpCode: '503' }, true, false], [{ httpCode: '429' }, true, false], [{ code: 'ECONNREFUSED' }, true, false], [{ cause: { code: 'EAI_AGAIN' } }, true, false],
])('says of a failed renewal with %j whether it may pass (%s), and whether it was refused (%s)', async (details, retryable, refused) => {
	const { functions } = n8n('pina_old', () => {
		throw Object.assign(new Error('failed'), details);
	});
	const source = tokenSource(functions, RENEWED_BY_N8N);
	await source.current();
	await expect(source.refresh()).rejects.toMatchObject({ retryable, refused });
});

it('cannot renew an access token made by hand', async () => {
	const source = tokenSource(n8n('pina_old').functions, MADE_BY_HAND);
	await source.current();
	await expect(source.refresh()).rejects.toThrow('Put a new one into the credential');
});

it('reads the credentials of a hundred nodes a few at a time', async () => {
	let atOnce = 0;
	let most = 0;
	const { functions } = n8n('pina_1');
	const slow: TokenNode = {
		...functions,
		getCredentials: async <T extends object>(type: string) => {
			most = Math.max(most, ++atOnce);
			await new Promise((resolve) => setImmediate(resolve));
			atOnce -= 1;
			return await functions.getCredentials<T>(type);
		},
	};
	const tokens = await Promise.all(Array.from({ length: 100 }, async () => await tokenSource(slow, MADE_BY_HAND).current()));
	expect(tokens).toHaveLength(100);
	expect(most).toBe(4);
});

it('says that a credential was never connected', async () => {
	const { functions } = n8n('');
	await expect(tokenSource(functions, RENEWED_BY_N8N).current()).rejects.toThrow('not connected');
});
