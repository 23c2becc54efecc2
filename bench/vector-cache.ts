import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Embedder, embedTexts } from '#corpus';

const HASH_BYTES = 16;
const BATCH = 16;

/**
 * An embedder that keeps its vectors in a file of the state folder, by model and text: an evaluation that is repeated
 * embeds nothing twice, and one that is killed goes on. A record is 16 bytes of hash, then 32-bit floats.
 */
export function cachedEmbedder(embedder: Embedder, folder: string): Embedder {
  const file = join(folder, 'eval', `vectors-${embedder.embedModel.replace(/[^\w.-]+/g, '_')}.bin`);
  const known = new Map<string, number[]>();
  let dims = 0;
  const keyOf = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, HASH_BYTES);
  const load = (): void => {
    if (known.size > 0 || dims === 0 || !existsSync(file)) return;
    const bytes = readFileSync(file);
    const size = HASH_BYTES + 4 * dims;
    for (let at = 0; at + size <= bytes.length; at += size) known.set(bytes.toString('hex', at, at + HASH_BYTES), Array.from({ length: dims }, (_, i) => bytes.readFloatLE(at + HASH_BYTES + 4 * i)));
  };
  const record = (key: Buffer, vector: number[]): Buffer => {
    const floats = Buffer.alloc(4 * vector.length);
    vector.forEach((v, i) => floats.writeFloatLE(v, 4 * i));
    return Buffer.concat([key, floats]);
  };
  return {
    embedModel: embedder.embedModel,
    async embed(texts, options) {
      const { signal } = options;
      dims ||= (await embedTexts(embedder, ['a'], signal))[0]!.length;
      load();
      mkdirSync(dirname(file), { recursive: true });
      const missing = [...new Set(texts)].filter((t) => !known.has(keyOf(t).toString('hex')));
      for (let i = 0; i < missing.length; i += BATCH) {
        const batch = missing.slice(i, i + BATCH);
        const vectors = await embedTexts(embedder, batch, signal);
        appendFileSync(file, Buffer.concat(batch.map((t, n) => record(keyOf(t), vectors[n]!))));
        batch.forEach((t, n) => known.set(keyOf(t).toString('hex'), vectors[n]!));
      }
      return texts.map((t) => known.get(keyOf(t).toString('hex'))!);
    },
  };
}
