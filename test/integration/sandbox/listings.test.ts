import { aClock, World } from './client';

const clock = aClock();
let world: World;
const minute = 60_000;
const start = async (options: Parameters<typeof World.start>[0]) => {
	world = await World.start({ now: clock.now, rates: { orgWrite: null, orgRead: null, universal: null }, ...options });
};
afterEach(() => world.stop());

const listed = async (path = `/v5/boards/${world.board}/pins?page_size=250`) => (await world.get(path)).body.items.map((pin: { id: string }) => pin.id) as string[];
const made = async (change?: object) => (await world.post(change)).body.id as string;

async function everyPage(path: string): Promise<string[][]> {
	const pages: string[][] = [];
	let bookmark: string | null = '';
	while (bookmark !== null) {
		const { body } = await world.get(`${path}${bookmark && `&bookmark=${bookmark}`}`);
		pages.push(body.items.map((item: { id: string }) => item.id));
		bookmark = body.bookmark;
	}
	return pages;
}

it('pages a board in a stable order that is not the order of creation', async () => {
	await start({});
	const ids = world.control.fillBoard(world.board, 530);
	const pages = await everyPage(`/v5/boards/${world.board}/pins?page_size=250`);
	expect(pages.map((page) => page.length)).toEqual([250, 250, 30]);
	expect([...pages.flat()].sort()).toEqual([...ids].sort());
	expect(pages.flat()).not.toEqual(ids);
	expect(await everyPage(`/v5/boards/${world.board}/pins?page_size=250`)).toEqual(pages);
	expect(await listed(`/v5/boards/${world.board}/pins`)).toHaveLength(25);
});

it('refuses a page of more than 250', async () => {
	await start({});
	expect((await world.get('/v5/boards?page_size=251')).status).toBe(400);
});

it('lists newest first when told to', async () => {
	await start({ consistency: { order: 'newest' } });
	const first = await made();
	clock.move(1000);
	const second = await made();
	expect(await listed()).toEqual([second, first]);
});

it('lists boards, sections, the Pins of a section and those of the account', async () => {
	await start({});
	const section = world.shop.boards[0]!.sections[0]!;
	const inSection = await made({ board_section_id: section.id });
	const onOther = await made({ board_id: world.shop.boards[1]!.id });
	expect((await listed('/v5/boards')).sort()).toEqual(world.shop.boards.map(({ id }) => id).sort());
	expect((await world.get(`/v5/boards/${world.board}/sections`)).body.items).toEqual([section]);
	expect(await listed(`/v5/boards/${world.board}/sections/${section.id}/pins`)).toEqual([inSection]);
	expect(await listed()).toEqual([inSection]);
	expect((await listed('/v5/pins')).sort()).toEqual([inSection, onOther].sort());
	expect((await world.get(`/v5/boards/${world.board}/sections/9/pins`)).status).toBe(404);
	world.control.setConsistency({ boardListsSections: false });
	expect(await listed()).toEqual([]);
});

it('shows a Pin, and counts it on its board, only when its lag is over', async () => {
	await start({ consistency: { readLag: { medianMs: 4000, p99Ms: 4001, tailShare: 0, tailMs: 0 } } });
	const id = await made();
	const count = async () => (await world.get(`/v5/boards/${world.board}`)).body.pin_count as number;
	clock.move(3900);
	expect([await listed(), await count()]).toEqual([[], 0]);
	expect((await world.get(`/v5/pins/${id}`)).status).toBe(200);
	clock.move(200);
	expect([await listed(), await count()]).toEqual([[id], 1]);
});

it('lags as much shorter as time is faster', async () => {
	await start({ timeFactor: 60, consistency: { readLag: { medianMs: minute, p99Ms: minute + 1, tailShare: 0, tailMs: 0 } } });
	const id = await made();
	clock.move(900);
	expect(await listed()).toEqual([]);
	clock.move(200);
	expect(await listed()).toEqual([id]);
});

it('answers from an older view when a read is stale', async () => {
	await start({ consistency: { staleReadShare: 1, staleMs: minute } });
	const id = await made();
	const views = [];
	for (let read = 0; read < 10; read += 1) views.push((await listed()).length);
	expect(views).toEqual(Array(10).fill(0));
	clock.move(minute);
	expect(await listed()).toEqual([id]);
});

it('lets a Pin flap: seen, gone, seen', async () => {
	await start({ consistency: { flapShare: 1, flapMs: minute } });
	await made();
	const seen = [];
	for (let step = 0; step < 3; step += 1) {
		seen.push((await listed()).length);
		clock.move(minute);
	}
	expect(seen).toEqual([1, 0, 1]);
});

it('leaves one Pin out of a page when told to', async () => {
	await start({ consistency: { skipShare: 1 } });
	world.control.fillBoard(world.board, 10);
	expect(await listed()).toHaveLength(9);
});

it('makes a Pin after its answer failed', async () => {
	await start({ hangMs: 50, consistency: { lateCommitMs: 2 * minute } });
	world.control.addFault({ fault: 'lateCommit' });
	expect((await world.raw()).text).toBe('');
	const [pin] = world.control.pins().items;
	expect(await listed()).toEqual([]);
	expect((await world.get(`/v5/pins/${pin!.id}`)).status).toBe(404);
	expect(world.control.summary()).toMatchObject({ pins: 1, pending: 1 });
	expect(pin!.createdAt - clock.now()).toBeGreaterThanOrEqual(24_000);
	clock.move(2 * minute);
	expect(await listed()).toEqual([pin!.id]);
	expect(world.control.summary()).toMatchObject({ pins: 1, pending: 0 });
});
