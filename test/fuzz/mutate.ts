import { readZip } from '../../libs/corpus/src/zip/read-zip.js';
import { writeZip } from '../../libs/corpus/src/zip/write-zip.js';
import type { Random } from './random.js';

/** How a file is built, which says what may be changed of it so that a reader still gets far. */
export type Structure = 'bytes' | 'text' | 'zip' | 'json';

/** A file with something changed. The same numbers by chance change the same. */
export function mutated(bytes: Buffer, structure: Structure, by: Random): Buffer {
  // One in four loses its outer form too: a reader must stand that as well.
  if (structure === 'bytes' || by.share() < 0.25) return changedBytes(bytes, by);
  if (structure === 'zip') return changedZip(bytes, by);
  if (structure === 'json') return Buffer.from(JSON.stringify(changedJson(JSON.parse(bytes.toString()), by)));
  return Buffer.from(changedText(bytes.toString('latin1'), by), 'latin1');
}

const EDGES = [0, 0x7f, 0x80, 0xff];

export function changedBytes(from: Buffer, by: Random): Buffer {
  let bytes = Buffer.from(from);
  for (let n = 1 + by.below(8); n > 0 && bytes.length > 0; n--) {
    const at = by.below(bytes.length);
    const length = Math.min(1 + by.below(64), bytes.length - at);
    switch (by.below(7)) {
      case 0: bytes[at] = by.below(256); break;
      case 1: bytes.fill(by.of(EDGES), at, at + length); break;
      case 2: bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]); break;
      case 3: bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at, at + length), bytes.subarray(at + length)]); break;
      case 4: bytes = bytes.subarray(0, Math.max(1, at)); break;
      case 5: if (at + 4 <= bytes.length) bytes.writeUInt32LE(by.of([0, 1, 0x7fffffff, 0x80000000, 0xffffffff]), at); break;
      default: bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(Array.from({ length }, () => by.below(256))), bytes.subarray(at)]);
    }
  }
  return bytes;
}

const WORDS = ['', '<', '</p>', '<p>'.repeat(2_000), '&#x110000;', '&amp', '\0', '\ufffd', '../', ']]>', '<!--', '"', "'", '-1', '1e999', '99999999999999999999', 'NaN', 'x'.repeat(20_000), '<!DOCTYPE a [<!ENTITY b "c">]>', '%PDF-', '\u202e'];

function changedText(from: string, by: Random): string {
  let text = from;
  for (let n = 1 + by.below(6); n > 0; n--) {
    const at = by.below(text.length + 1);
    const length = by.below(100);
    const piece = by.of(['word', 'cut', 'again', 'swap']);
    if (piece === 'word') text = text.slice(0, at) + by.of(WORDS) + text.slice(at);
    else if (piece === 'cut') text = text.slice(0, at) + text.slice(at + length);
    else if (piece === 'again') text = text.slice(0, at) + text.slice(at, at + length).repeat(1 + by.below(20)) + text.slice(at);
    else text = text.slice(0, at) + text.slice(at, at + length).replace(/["'<>=/\d]/g, () => by.of([...'"\'<>=/&0'])) + text.slice(at + length);
  }
  return text;
}

/** Entries are changed within a whole archive, so that it is not the first sum that refuses it. */
function changedZip(from: Buffer, by: Random): Buffer {
  const entries = readZip(from).map((e) => ({ name: e.name, body: e.read() }));
  const at = by.below(entries.length);
  const entry = entries[at]!;
  switch (by.below(6)) {
    case 0: entries.splice(at, 1); break;
    case 1: entries.push({ name: entry.name, body: changedBytes(entry.body, by) }); break;
    case 2: entry.name = by.of(['../x', '/x', 'x'.repeat(5_000), '', 'word/../../x.xml', '\u202ex']); break;
    case 3: entry.body = changedBytes(entry.body, by); break;
    default: entry.body = Buffer.from(changedText(entry.body.toString('latin1'), by), 'latin1');
  }
  return writeZip(entries);
}

const VALUES: readonly unknown[] = [null, true, 0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, '', 'x', '\0', '\ud800', '\u202e', '0', 'null', '../../etc/passwd', "'; drop table runs; --", '{{input}}', 'x'.repeat(10_000), [], {}, [[]], { toString: 1 }, { constructor: { prototype: {} } }, '9999-12-31T23:59:59Z', '-000001-01-01T00:00:00Z', '2024-02-30', 'https://[::1', '00000000-0000-0000-0000-000000000000'];

/** One to four values of a JSON document exchanged, taken out, doubled or put elsewhere. */
export function changedJson(from: unknown, by: Random): unknown {
  let document: unknown = structuredClone(from);
  for (let n = 1 + by.below(4); n > 0; n--) document = changedOnce(document, by);
  return document;
}

function changedOnce(value: unknown, by: Random): unknown {
  if (value === null || typeof value !== 'object' || by.share() < 0.08) return other(value, by);
  const keys = Object.keys(value);
  if (keys.length === 0) return by.of(VALUES);
  const key = by.of(keys);
  if (Array.isArray(value)) return changedList(value, Number(key), by);
  const object = value as Record<string, unknown>;
  switch (by.below(6)) {
    case 0: return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
    case 1: return { ...object, [String(by.of(['x', '__proto__', 'id', '', 'constructor']))]: by.of(VALUES) };
    default: return { ...object, [key]: changedOnce(object[key], by) };
  }
}

function changedList(list: unknown[], at: number, by: Random): unknown[] {
  switch (by.below(4)) {
    case 0: return list.filter((_, i) => i !== at);
    case 1: return [...list, ...Array.from({ length: 1 + by.below(50) }, () => list[at])];
    default: return list.map((item, i) => (i === at ? changedOnce(item, by) : item));
  }
}

function other(value: unknown, by: Random): unknown {
  if (typeof value === 'string' && by.share() < 0.4) return changedText(value, by);
  if (typeof value === 'number' && by.share() < 0.4) return by.of([-value, value + 1, value * 1e9, value + 0.5]);
  return by.of(VALUES);
}
