import { crc32, deflateRawSync } from 'node:zlib';

/** The first day that the format knows, 1 January 1980: equal contents give equal bytes. */
const DATE = 0x21;
const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x800;

/** A zip archive of `files`, in order, by their names; without folders, dates and rights. */
export function writeZip(files: { name: string; body: Buffer | string }[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, body } of files) {
    const raw = typeof body === 'string' ? Buffer.from(body) : body;
    const packed = deflateRawSync(raw);
    const label = Buffer.from(name);
    const shared = Buffer.alloc(26);
    [VERSION, FLAGS, 8, 0, DATE].forEach((v, i) => shared.writeUInt16LE(v, 2 * i));
    [crc32(raw), packed.length, raw.length].forEach((v, i) => shared.writeUInt32LE(v, 10 + 4 * i));
    shared.writeUInt16LE(label.length, 22);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), shared, label, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), Buffer.from([VERSION, 0]), shared, tail, label);
    at += 30 + label.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  [8, 10].forEach((o) => end.writeUInt16LE(files.length, o));
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, central, end]);
}
