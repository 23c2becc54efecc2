import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { SetupError } from '#bootstrap/setup-error';

export const MANIFEST = 'backup.json';
export const FILES = { postgres: 'holdfast.dump', temporal: 'temporal.db', temporalDatabase: 'temporal.dump', visibility: 'temporal-visibility.dump', key: 'payload.key' } as const;

const fileSchema = z.object({ file: z.enum(Object.values(FILES)), bytes: z.int(), sha256: z.string() });
/** What a backup holds. Temporal was read first: where the two differ, its executions find in Postgres what they did. */
export const manifestSchema = z.object({
  format: z.literal(1),
  madeAt: z.string(),
  /** Newest migration of the database. */
  schema: z.string(),
  files: z.array(fileSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;

export async function describeFile(path: string): Promise<Manifest['files'][number]> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return fileSchema.parse({ file: basename(path), bytes, sha256: hash.digest('hex') });
}

/** @throws SetupError where a file is missing or is not what was written. */
export async function readManifest(folder: string): Promise<Manifest> {
  let manifest: Manifest;
  try {
    manifest = manifestSchema.parse(JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')));
  } catch {
    throw new SetupError(`${folder} holds no backup that this version reads: its ${MANIFEST} is missing or says something else.`);
  }
  for (const expected of manifest.files) {
    const found = await describeFile(join(folder, expected.file)).catch(() => null);
    if (found?.sha256 !== expected.sha256) throw new SetupError(`${join(folder, expected.file)} is ${found ? 'not what was backed up' : 'missing'}. Take another backup.`);
  }
  return manifest;
}
