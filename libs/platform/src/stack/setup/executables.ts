import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Makes every file directly in a folder executable. */
export function makeExecutable(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile()) chmodSync(join(folder, entry.name), 0o755);
  }
}
