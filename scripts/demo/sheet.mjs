/** How often each fault strikes, as shares of the Pins: at least these many calls meet it. */
export const faultShares = { 429: 0.05, commitThenHang: 0.05, commitThen500: 0.05, resetAfterBody: 0.03 };

export const tableName = 'Pins';

const things = ['Lamp', 'Chair', 'Vase', 'Rug', 'Shelf', 'Mirror', 'Clock', 'Bench', 'Stool', 'Basket', 'Candle'];
const colors = ['brass', 'oak', 'linen', 'clay', 'walnut', 'indigo'];
const perAccount = things.length * 3;

/**
 * The sheet that is published: 66 rows for two accounts, with two images that are broken and one board that is
 * deleted after the workers have listed it. `fault` is what the first call for the row will meet.
 */
export function sheetFor([us, eu], doomedBoard) {
	const rows = [us, eu].flatMap((account) => Array.from({ length: perAccount }, (_, index) => rowOf(account, index)));
	withFaults(rows.filter(({ index }) => index > 3));
	for (const row of rows) if (row.index === 2) row.image = row.image.replace('/images/', '/images/broken-');
	const misplaced = rows.find((row) => row.account === us.name && row.index === 3);
	return { rows, misplaced: Object.assign(misplaced, { rightBoard: misplaced.board, board: doomedBoard }) };
}

function rowOf({ name, boards }, index) {
	const thing = things[index % things.length];
	const color = colors[index % colors.length];
	const record = `${name}-${String(index + 1).padStart(2, '0')}`;
	return {
		index,
		record,
		account: name,
		board: boards[index % boards.length].id,
		title: `${thing} in ${color}`,
		description: `${thing} ${index + 1} of the ${name} collection.`,
		link: `https://shop.example/${record}`,
		image: `https://shop.example/images/${record}.jpg`,
		fault: null,
		isBroken: index === 2,
	};
}

/** Spreads the faults over the rows, so that each kind meets both accounts and all boards. */
function withFaults(rows) {
	const struck = Object.entries(faultShares).flatMap(([fault, share]) => Array(Math.ceil(perAccount * 2 * share)).fill(fault));
	const step = rows.length / struck.length;
	struck.forEach((fault, n) => (rows[Math.floor(n * step)].fault = fault));
}

/** What the sandbox has to do when a row is published for the first time. */
export const scriptedFaults = (rows) =>
	rows.filter(({ fault }) => fault).map(({ fault, link }) => ({ fault, match: { operation: 'createPin', link } }));

/** Exactly one Pin for each row, and none for a broken image. */
export const expectedPins = (rows) => rows.map(({ account, link, isBroken }) => ({ account, link, count: isBroken ? 0 : 1 }));

const columns = ['record', 'account', 'board', 'title', 'description', 'link', 'image'];
const written = ['job', 'state', 'pin', 'todo'];

/** Makes n8n's data table with these rows; returns its id. */
export async function makeTable(api, rows) {
	const names = [...columns, ...written];
	const table = await api.api('POST', '/data-tables', { name: tableName, columns: names.map((name) => ({ name, type: 'string' })) });
	const data = rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]])));
	await api.api('POST', `/data-tables/${table.id}/rows`, { data, returnType: 'count' });
	return table.id;
}

/** Corrects one row, as a person would. */
export async function correctRow(api, tableId, record, data) {
	const filter = { type: 'and', filters: [{ columnName: 'record', condition: 'eq', value: record }] };
	await api.api('PATCH', `/data-tables/${tableId}/rows/update`, { filter, data });
}

/** The rows as they stand. */
export async function readTable(api, tableId) {
	const { data } = await api.api('GET', `/data-tables/${tableId}/rows?limit=250`);
	return data;
}
