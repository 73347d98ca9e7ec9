import type { N8nApi } from '../lib/n8n.mjs';

export interface Row {
	record: string;
	account: string;
	board: string;
	title: string;
	description: string;
	link: string;
	image: string;
}

export const tableName: string;
/** Makes n8n's data table with these rows; returns its id. */
export function makeTable(api: N8nApi, rows: Row[]): Promise<string>;
/** Corrects one row, as a person would. */
export function correctRow(api: N8nApi, tableId: string, record: string, data: Partial<Row>): Promise<void>;
/** The rows as they stand, with what was written back. */
export function readTable(api: N8nApi, tableId: string): Promise<Array<Row & { job: string; state: string; pin: string; todo: string }>>;
