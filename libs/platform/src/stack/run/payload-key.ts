import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The key that this data folder's Temporal payloads are encrypted with; made once. @returns its file */
export function ownPayloadKey(dataDir: string): string {
  const file = join(dataDir, 'payload.key');
  if (existsSync(file)) return file;
  writeFileSync(`${file}.tmp`, `local ${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
  return file;
}
