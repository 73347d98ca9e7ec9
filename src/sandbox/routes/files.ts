import type { State } from '../state';
import type { PouredFile, StreamCall, StreamRoute } from './route';
import type { Answer } from '../answers';

export const fileRoutes: StreamRoute[] = [{ operation: 'getFile', method: 'GET', pattern: /^\/files\/([\w.-]+)$/, kind: 'stream', handle: getFile }];

function getFile(state: State, { params }: StreamCall): Promise<() => Answer | PouredFile> {
	const found = state.files.fetch(params[0]!);
	return Promise.resolve(() => {
		if (!found) return { status: 404, body: 'There is no such file.', headers: { 'Content-Type': 'text/plain' } };
		const { status = 200, contentType = 'video/mp4', bytes, cutAt = null, noLength } = found;
		if (status !== 200) return { status, body: `Status ${status}, as wished.`, headers: { 'Content-Type': 'text/plain' } };
		const headers = { 'Content-Type': contentType, ...(noLength ? {} : { 'Content-Length': String(bytes) }) };
		return { status, headers, cutAt, chunks: state.files.read(found) };
	});
}
