export default async function redisDown() {
	await globalThis.stopTestRedis?.();
	globalThis.stopTestRedis = undefined;
}
