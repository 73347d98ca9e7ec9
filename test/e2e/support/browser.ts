import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Where pictures of the steps go; unset, none are taken: `PINTEREST_JOBS_PICTURES=docs/images`. */
const pictures = process.env.PINTEREST_JOBS_PICTURES;

/** The Chromium of this machine: PINTEREST_JOBS_CHROMIUM, else the first on PATH. */
function chromiumPath(): string {
	if (process.env.PINTEREST_JOBS_CHROMIUM) return process.env.PINTEREST_JOBS_CHROMIUM;
	for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
		try {
			return execFileSync('which', [name], { encoding: 'utf8' }).trim();
		} catch {
			continue; // not this one
		}
	}
	throw new Error('No Chromium on PATH: install one, or name it in PINTEREST_JOBS_CHROMIUM.');
}

/** One Chromium for the tests of a `describe`; each call opens a page for somebody, signed in or not. */
export function useBrowser(): (login?: { username: string; password: string }) => Promise<Page> {
	let browser: Browser;
	// Containers give Chromium no sandbox of its own; it only sees pages of this machine.
	beforeAll(async () => { browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] }); }, 60_000);
	afterAll(() => browser?.close());
	return async (login) => {
		const context = await browser.newContext({ httpCredentials: login, viewport: { width: 860, height: 360 }, deviceScaleFactor: 2 });
		// The forms ask for a font of Google's; without it they look as in a network that is closed.
		await context.route((url) => url.hostname !== '127.0.0.1', (route) => route.abort());
		return await context.newPage();
	};
}

/** Keeps a picture of the page, when pictures are wanted. */
export async function keepPicture(page: Page, name: string): Promise<void> {
	if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}
