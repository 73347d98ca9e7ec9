import { rowsOf, workflowOf } from '../../../src/bin/worker-workflow';

it('reads a CSV file by the names of its columns, quotes and all', () => {
	expect(rowsOf('client,account,pace\n"Acme, Inc.",acme-us,trial\n"The ""Shop""",shop-1,\n')).toEqual([
		{ account: 'acme-us', client: 'Acme, Inc.', credential: '', pace: 'trial' },
		{ account: 'shop-1', client: 'The "Shop"', credential: '', pace: 'standard' },
	]);
});

it.each([
	['client\nAcme', /column "account"/],
	['account\nacme-us\nacme-us', /second time/],
	['account,pace\nacme-us,fast', /standard or trial/],
	['account,client\n,Acme', /Line 2 has no account/],
])('refuses %j', (text, message) => {
	expect(() => rowsOf(text)).toThrow(message);
});

it('makes one Worker node per account', () => {
	const { nodes } = workflowOf(rowsOf('account,credential\na,Pinterest A\nb,\n'), 'Workers', 'oAuth2') as { nodes: Record<string, unknown>[] };
	expect(nodes.map(({ name }) => name)).toEqual(['Worker a', 'Worker b']);
	expect(nodes[0]).toMatchObject({ parameters: { account: 'a' }, credentials: { pinterestJobsOAuth2Api: { name: 'Pinterest A' } } });
});
