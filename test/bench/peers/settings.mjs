/** What a program is told by whoever starts it: JSON on stdin, so that no token is in its arguments or on the disk. */
export async function settings() {
	let text = '';
	for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
	return JSON.parse(text);
}
