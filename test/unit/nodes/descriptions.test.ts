import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ICredentialType, Icon, INodeProperties, INodePropertyCollection, INodePropertyOptions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { resources as publishJobResources } from '../../../nodes/PinterestPublishJob/resources';
import { resources as requeueResources } from '../../../nodes/PinterestRequeue/resources';
import manifest from '../../../package.json';

const root = join(__dirname, '../../..');

interface Loaded<T> {
	path: string;
	type: T;
}

function load<T>(paths: string[]): Loaded<T>[] {
	return paths.map((path) => {
		const source = path.replace(/^dist\//, '').replace(/\.js$/, '.ts');
		// eslint-disable-next-line @typescript-eslint/no-require-imports -- the way n8n loads them
		const [Type] = Object.values(require(join(root, source)) as Record<string, new () => T>);
		return { path: join(root, source), type: new Type!() };
	});
}

const nodes = load<INodeType>(manifest.n8n.nodes);
const credentials = load<ICredentialType>(manifest.n8n.credentials);
const byName = nodes.map(({ path, type }) => [type.description.name, type.description, path] as [string, INodeTypeDescription, string]);

/** Every property at every depth, with the path of names that leads to it. */
function walk(properties: INodeProperties[], path: string[] = []): { property: INodeProperties; path: string }[] {
	return properties.flatMap((property) => {
		const here = [...path, property.name];
		const inner = (property.options ?? []).flatMap((option) => {
			if ('values' in option) return walk((option as INodePropertyCollection).values, here);
			return 'type' in option ? walk([option as INodeProperties], here) : [];
		});
		return [{ property, path: here.join('.') }, ...inner];
	});
}

function iconFiles(icon: unknown, path: string): string[] {
	const { light, dark } = icon as { light: Icon; dark: Icon };
	return [light, dark].map((file) => join(dirname(path), String(file).replace('file:', '')));
}

it('has exactly the names that saved workflows hold', () => {
	expect(nodes.map(({ type }) => type.description.name).sort()).toEqual([
		'pinterestJobStatusTrigger', 'pinterestPublishJob', 'pinterestPublishWorker', 'pinterestRequeue',
	]);
	expect(credentials.map(({ type }) => type.name).sort()).toEqual([
		'pinterestJobsAccessTokenApi', 'pinterestJobsEngineApi', 'pinterestJobsOAuth2Api',
	]);
});

describe.each(byName)('%s', (name, description, path) => {
	const properties = walk(description.properties);

	it('has an icon for light and one for dark', () => {
		const files = iconFiles(description.icon, path);
		expect(new Set(files).size).toBe(2);
		expect(files.filter((file) => !existsSync(file))).toEqual([]);
	});

	it('has a codex file that names it', () => {
		const codex = JSON.parse(readFileSync(path.replace(/\.ts$/, '.json'), 'utf8')) as { node: string; categories: string[]; alias: string[] };
		expect(codex.node).toBe(`${manifest.name}.${name}`);
		expect(codex.categories.length).toBeGreaterThan(0);
		expect(codex.alias).toContain('Pinterest');
	});

	it('gives every field a name, a default and a sentence', () => {
		const silent = properties.filter(({ property }) => !['notice', 'hidden', 'collection'].includes(property.type)
			&& !['resource', 'operation'].includes(property.name)
			&& !(property.description || property.hint));
		expect(silent.map(({ path }) => path)).toEqual([]);
		expect(properties.filter(({ property }) => property.default === undefined || property.displayName === '')).toEqual([]);
	});

	it('shows no field twice at once', () => {
		const seen = description.properties.map(({ name, displayOptions }) => `${name} ${JSON.stringify(displayOptions ?? {})}`);
		expect(seen.filter((one, index) => seen.indexOf(one) !== index)).toEqual([]);
	});

	it('offers no option twice and defaults to one it offers', () => {
		for (const { property, path } of properties.filter(({ property }) => ['options', 'multiOptions'].includes(property.type))) {
			const values = (property.options as INodePropertyOptions[]).map(({ value }) => value);
			expect([path, new Set(values).size]).toEqual([path, values.length]);
			const defaults = Array.isArray(property.default) ? property.default : [property.default];
			expect([path, defaults.filter((value) => !values.includes(value as string))]).toEqual([path, []]);
		}
	});

	it('names only its own credentials, and each can be tested', () => {
		const known = credentials.map(({ type }) => type.name);
		const used = (description.credentials ?? []).map((credential) => credential.name);
		expect(used.filter((credential) => !known.includes(credential))).toEqual([]);
		const { methods } = nodes.find(({ type }) => type.description === description)!.type;
		const tests = (description.credentials ?? []).flatMap(({ testedBy }) => (typeof testedBy === 'string' ? [testedBy] : []));
		expect(tests.filter((test) => !methods?.credentialTest?.[test])).toEqual([]);
	});

	it('finds the search method of every locator', () => {
		const { methods } = nodes.find(({ type }) => type.description === description)!.type;
		const wanted = properties.flatMap(({ property }) => (property.modes ?? []).flatMap(({ typeOptions }) => typeOptions?.searchListMethod ?? []));
		expect(wanted.filter((method) => !methods?.listSearch?.[method])).toEqual([]);
	});
});

it('begins a new Publish Job with Enqueue and offers an action for every operation', () => {
	const { properties } = byName.find(([name]) => name === 'pinterestPublishJob')![1];
	const operation = properties.find(({ name, displayOptions }) => name === 'operation' && displayOptions?.show?.['resource']?.includes('job'));
	expect([properties[0]!.default, operation!.default]).toEqual(['job', 'enqueue']);
	expect((operation!.options as INodePropertyOptions[]).map(({ action }) => action)).toEqual([
		'Enqueue a Pin', 'Get a job', 'Get many jobs', 'Update a waiting job', 'Cancel a waiting job',
	]);
});

it('offers agents the two nodes that act, not the triggers', () => {
	expect(byName.filter(([, description]) => description.usableAsTool).map(([name]) => name).sort()).toEqual(['pinterestPublishJob', 'pinterestRequeue']);
});

it('lets an agent enqueue, read and requeue one job, and nothing else', () => {
	const offered = [...publishJobResources, ...requeueResources].flatMap(({ value, operations }) =>
		operations.filter(({ peopleOnly }) => !peopleOnly).map((operation) => `${value}.${operation.value}`));
	expect(offered.sort()).toEqual([
		'account.getAll', 'failure.getAll', 'failure.getGroups', 'health.get', 'hold.getAll',
		'job.enqueue', 'job.get', 'job.getAll', 'job.getProgress', 'job.requeue', 'subscription.getAll', 'subscription.getDeliveries',
	]);
});

describe.each(credentials.map(({ path, type }) => [type.name, type, path] as [string, ICredentialType, string]))('%s', (_name, type, path) => {
	it('has icons and an address for help', () => {
		expect(iconFiles(type.icon, path).filter((file) => !existsSync(file))).toEqual([]);
		expect(type.documentationUrl).toMatch(/^https:\/\//);
	});

	it('hides what is secret', () => {
		const open = type.properties.filter(({ name, typeOptions }) => /password|secret|token$/i.test(name) && !typeOptions?.password);
		expect(open.map(({ name }) => name)).toEqual([]);
	});
});
