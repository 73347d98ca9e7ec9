import { withNode } from '../../scripts/demo/workflows.mjs';
import { n8nVersion } from '../support/n8n';
import { enqueue, pins, unchecked } from './support/flows';
import { chosen, linkIn, publish, said, slackOf } from './support/imported';
import { useServices } from './support/services';
import { states, until, useWorlds } from './support/world';

describe(`who hears of what, on n8n ${n8nVersion}`, () => {
	const services = useServices();
	const { open } = useWorlds(() => services.env);
	beforeEach(() => services.forget());

	it('says once that a connection is dead and where to reconnect it, and once that it lives again', async () => {
		const world = await open({ auth: 'oauth' });
		await publish(world, chosen(world, 'dead-account', [await slackOf(world, services)]));
		await world.publishWorkers();
		await world.untilServed();
		// A hold of another kind: its end comes by itself, and nobody is to be troubled.
		world.sandbox.control.addFault({ fault: '429', match: { operation: 'createPin' } });
		await enqueue(world, pins(world, 1, { prefix: 'slow' }));
		await world.untilEnded(1);
		world.sandbox.control.changeAccount('acme-us', { revoke: 'all' });
		await enqueue(world, pins(world, 10));
		await until('the message', () => said(services).length > 0);
		const [{ channel, text }] = said(services) as [{ channel: string; text: string }];
		expect(channel).toBe('#pinterest-ops');
		expect(text).toMatch(/\*acme-us \(@\w+\) is no longer connected\*: \d+ jobs wait, none is lost/);
		expect(text).toContain('*What to do:* Pinterest does not accept the token of acme-us. Reconnect its credential in n8n');
		expect(linkIn(text)).toBe(`${world.n8n.n8n.url}/home/credentials`);

		await world.reconnect(world.accounts[0]!);
		expect(states(await world.untilEnded(11))).toEqual({ succeeded: 11 });
		await world.untilTold();
		expect(said(services).map(({ text: words }) => words)).toEqual([text, expect.stringMatching(/\*All clear:\* acme-us \(@\w+\) is connected again; \d+ jobs? goe?s? on, paced/)]);
		const kinds = (await world.events(['account.held'])).map(({ data }) => data['kind']);
		expect(kinds).toEqual(['rate_limited', 'token_dead']);
		expect(world.sandbox.control.summary()).toMatchObject({ pins: 11, double: 0 });
	});

	it('says once that an account has to wait, however many jobs do, and once that it goes on', async () => {
		const world = await open();
		await publish(world, chosen(world, 'alerts-to-slack', [await slackOf(world, services)]));
		await world.publishWorkers();
		await world.untilServed();
		world.sandbox.control.addFault({ fault: '429', match: { operation: 'createPin' } });
		await enqueue(world, pins(world, 8));
		await world.untilEnded(8);
		await world.untilTold();
		expect(said(services)).toMatchObject([
			{ channel: '#pinterest-ops', text: expect.stringMatching(/\*Account acme-us is held\* \(rate_limited\): \d+ jobs? waits?\n[^]*\*What to do:\* Pinterest asked acme-us to slow down/) },
			{ channel: '#pinterest-ops', text: expect.stringMatching(/\*Account acme-us goes on\* \(rate_limited is over\): \d+ jobs? follows?, paced/) },
		]);
	});

	it('opens one issue for a cause of engineering with the facts and nothing of the client, and none for other failures', async () => {
		const world = await open();
		services.on('api.github.com', () => ({ status: 201, json: { number: 1 } }));
		const credential = await world.n8n.api.createCredential({ name: 'GitHub account', type: 'githubApi', data: { server: 'https://api.github.com', user: 'ops', accessToken: 'ghp-token-of-the-test' } });
		const tickets = chosen(world, 'engineering-tickets', [credential]);
		const values = { owner: 'acme', repository: 'pins', form: 'https://n8n.acme.example/form/pinterest-ops' };
		const assignments = Object.entries(values).map(([name, value]) => ({ id: name, name, value, type: 'string' }));
		await publish(world, withNode(tickets, 'Fill in here', { parameters: { assignments: { assignments } } }));
		await world.publishWorkers();
		await world.untilServed();
		const odd = { message: 'I am a teapot, @everybody | see `here`' };
		world.sandbox.control.addFault({ fault: { commits: 'no', ending: { kind: 'answer', status: 418, body: odd } }, times: 3, match: { operation: 'createPin', link: 'odd' } });
		await enqueue(world, [...pins(world, 3, { prefix: 'odd' }), { ...pins(world, 1, { prefix: 'gone' })[0]!, board: '1' }], unchecked);
		expect(states(await world.untilEnded(4))).toEqual({ failed: 4 });
		await world.untilTold();

		const issues = services.requests('api.github.com');
		expect(issues).toMatchObject([{ method: 'POST', path: '/repos/acme/pins/issues', headers: { authorization: 'token ghp-token-of-the-test' } }]);
		const { title, body, labels } = issues[0]!.body as { title: string; body: string; labels: string[] };
		expect({ title, labels }).toEqual({ title: 'Pinterest jobs: unmapped, the answer HTTP 418', labels: ['pinterest-jobs'] });
		expect(body).toContain("**What was answered:** `I am a teapot, @everybody | see 'here'`");
		expect(body).toContain('| class | `stop` |');
		expect(body).toMatch(/\| `1` \| `\S+Z` \| `refused` \| `unmapped` \| `418` \|/);
		expect(body).toContain(`(https://n8n.acme.example/form/pinterest-ops?cause=${encodeURIComponent('unmapped|418|')})`);
		expect(body).not.toMatch(/shop\.example|Lamp/);
	});
});
