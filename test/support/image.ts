/** A PNG as far as its header says: what is looked at before a Pin is sent. Another `mark` makes other bytes. */
export function aPng({ width = 1000, height = 1500, mark = 0 } = {}): Buffer {
	const size = Buffer.alloc(8);
	size.writeUInt32BE(width, 0);
	size.writeUInt32BE(height, 4);
	return Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), size, Buffer.from([8, 2, 0, 0, 0, mark])]);
}
