// A process of its own, so that its work does not hold up the program that uses it.
// node embedded-redis.mjs <folder with js-redis-server> <port>
import { createRequire } from 'node:module';
import { Server } from 'node:net';
import { join } from 'node:path';

// js-redis-server has no option for the address and would listen on every one, without a password.
const { listen } = Server.prototype;
Server.prototype.listen = function listenLocally(port) {
	return listen.call(this, port, '127.0.0.1');
};

const [folder, port] = process.argv.slice(2);
const { createRedisMock } = createRequire(join(folder, 'package.json'))('js-redis-server');
await createRedisMock({ port: Number(port) });
