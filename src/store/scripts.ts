import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One Lua file, with what it includes. */
export interface Script {
	name: string;
	text: string;
	sha: string;
}

// When Redis is full it takes in nothing new; all else must fit, so that what it has can end and make room.
// Stand-ins for Redis may not know the line; the namespace then goes without.
const TAKES_IN = ['enqueue', 'put-media', 'subscribe', 'fan-out', 'save-boards'];
const ALLOW_OOM = '#!lua flags=allow-oom\n';

const folder = join(__dirname, 'lua');
const loaded = new Map<string, Script>();

/** The script of this name with its includes in place, each once; `bare` leaves the flags out. */
export function script(name: string, bare = false): Script {
	const cacheKey = bare ? `${name} bare` : name;
	let found = loaded.get(cacheKey);
	if (!found) {
		const flags = bare || TAKES_IN.includes(name) ? '' : ALLOW_OOM;
		const text = flags + composed(join(folder, `${name}.lua`), new Set());
		found = { name, text, sha: createHash('sha1').update(text).digest('hex') };
		loaded.set(cacheKey, found);
	}
	return found;
}

function composed(path: string, seen: Set<string>): string {
	return readFileSync(path, 'utf8').replace(/^-- @include ([a-z]+)$/gm, (_line, part: string) => {
		if (seen.has(part)) return '';
		seen.add(part);
		return composed(join(folder, 'include', `${part}.lua`), seen);
	});
}
