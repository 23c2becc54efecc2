import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { type BatchItem, batchItemSchema, HoldfastError, MAX_BATCH_ITEMS, MAX_ITEM_BYTES } from '#contracts';
import { InvalidRequest, toIssues } from '../http/invalid-request.js';

/** Bytes of one batch's NDJSON, which is held in memory until it is written. */
export const MAX_NDJSON_BYTES = 64 * 1024 * 1024;

/**
 * Reads a batch's items, one JSON object a line; empty lines are skipped.
 * @throws InvalidRequest that names the line, HoldfastError `body_too_large`.
 */
export async function readNdjson(body: Readable): Promise<BatchItem[]> {
  const items: BatchItem[] = [];
  let line = 0;
  for (const text of (await readText(body)).split('\n')) {
    line++;
    if (text.trim() === '') continue;
    if (items.length === MAX_BATCH_ITEMS) throw new HoldfastError('body_too_large', `A batch has at most ${MAX_BATCH_ITEMS} items. Send the rest as another batch.`);
    items.push(parseLine(text, line));
  }
  return items;
}

async function readText(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_NDJSON_BYTES) throw new HoldfastError('body_too_large', `The items are more than ${MAX_NDJSON_BYTES / 2 ** 20} MiB. Send them as several batches.`);
    chunks.push(chunk);
  }
  const all = Buffer.concat(chunks);
  if (!isUtf8(all)) throw new InvalidRequest([{ path: '', message: 'the items are not UTF-8' }]);
  return all.toString('utf8').replace(/^\uFEFF/, '');
}

function parseLine(text: string, line: number): BatchItem {
  const at = `line ${line}`;
  if (Buffer.byteLength(text) > MAX_ITEM_BYTES) throw new InvalidRequest([{ path: at, message: `is longer than ${MAX_ITEM_BYTES / 1_024} KiB` }]);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidRequest([{ path: at, message: 'is not JSON; each line is one object such as {"key": "a", "input": {}}' }]);
  }
  const parsed = batchItemSchema.safeParse(value);
  if (!parsed.success) throw new InvalidRequest(toIssues(parsed.error.issues)).under(at);
  return parsed.data;
}
