import { readdirSync, readFileSync } from 'node:fs';
import type { INodeTypeDescription, INodePropertyOptions } from 'n8n-workflow';
import { PinterestJobStatusTrigger } from '../../nodes/PinterestJobStatusTrigger/PinterestJobStatusTrigger.node';
import { PinterestPublishJob } from '../../nodes/PinterestPublishJob/PinterestPublishJob.node';
import { PinterestPublishWorker } from '../../nodes/PinterestPublishWorker/PinterestPublishWorker.node';
import { PinterestRequeue } from '../../nodes/PinterestRequeue/PinterestRequeue.node';

interface Node {
	name: string;
	type: string;
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string | null }>;
}

const files = readdirSync('workflows').filter((name) => name.endsWith('.json'));
const nodesOf = (file: string) => (JSON.parse(readFileSync(`workflows/${file}`, 'utf8')) as { nodes: Node[] }).nodes;
const ours = new Map([PinterestJobStatusTrigger, PinterestPublishJob, PinterestPublishWorker, PinterestRequeue]
	.map((Class) => [`n8n-nodes-pinterest-jobs.${new Class().description.name}`, new Class().description]));

/** What a saved node chose, or its default. */
function chosen({ properties }: INodeTypeDescription, parameters: Record<string, unknown>, name: string): string {
	const fits = properties.find((property) => property.name === name
		&& Object.entries(property.displayOptions?.show ?? {}).every(([other, wanted]) => (wanted as unknown[]).includes(chosen({ properties } as INodeTypeDescription, parameters, other))));
	return String(parameters[name] ?? fits?.default ?? '');
}

function operations({ properties }: INodeTypeDescription, resource: string): string[] {
	const field = properties.find(({ name, displayOptions }) => name === 'operation' && displayOptions?.show?.['resource']?.includes(resource));
	return ((field?.options ?? []) as INodePropertyOptions[]).map(({ value }) => String(value));
}

describe.each(files)('workflows/%s', (file) => {
	const nodes = nodesOf(file);
	const known = nodes.flatMap((node) => (ours.has(node.type) ? [{ node, description: ours.get(node.type)! }] : []));

	it('is explained by numbered notes, and stands in the list', () => {
		const notes = nodes.filter(({ type }) => type.endsWith('.stickyNote')).map(({ parameters }) => String(parameters['content']));
		expect(notes.length).toBeGreaterThan(0);
		if (notes.length > 1) expect(notes.map((text) => /^## (\d+) · /.exec(text)?.[1])).toEqual(notes.map((_, index) => String(index + 1)));
		expect(readFileSync('workflows/README.md', 'utf8')).toContain(`(${file})`);
	});

	it('uses operations that our nodes have', () => {
		expect(known.length + nodes.filter(({ type }) => type.startsWith('n8n-nodes-pinterest-jobs.')).length).toBe(2 * known.length);
		for (const { node, description } of known) {
			const resource = chosen(description, node.parameters, 'resource');
			if (resource) expect({ node: node.name, operations: operations(description, resource) }).toEqual({ node: node.name, operations: expect.arrayContaining([chosen(description, node.parameters, 'operation')]) });
		}
	});

	it('names the record that each Pin is made of', () => {
		const enqueues = known.filter(({ node, description }) => description.name === 'pinterestPublishJob'
			&& chosen(description, node.parameters, 'resource') === 'job' && chosen(description, node.parameters, 'operation') === 'enqueue');
		for (const { node } of enqueues) expect({ node: node.name, source: node.parameters['source'] }).toEqual({ node: node.name, source: expect.stringMatching(/.+/) });
	});

	it('brings no credential of anybody', () => {
		const ids = nodes.flatMap(({ credentials }) => Object.values(credentials ?? {}).map(({ id }) => id));
		expect(ids.filter((id) => id !== null)).toEqual([]);
	});

	it('names no folder, host or port of the machine it was made on', () => {
		// A path of a page of n8n (/home/credentials) is none of a disk.
		expect(readFileSync(`workflows/${file}`, 'utf8')).not.toMatch(/\/(?:tmp|usr|root|Users|var|work)\/|[A-Z]:\\\\|127\.0\.0\.1|localhost|file:/);
	});
});
