import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names, modes, times, owners and contents of everything below a folder, .git included. */
export function fingerprint(folder: string): string {
  const hash = createHash('sha256');
  const visit = (at: string): void => {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name);
      const s = lstatSync(path);
      hash.update(`${path} ${s.mode} ${s.mtimeMs} ${s.size} ${s.uid}\n`);
      if (s.isDirectory()) visit(path);
      else if (s.isFile()) hash.update(readFileSync(path));
    }
  };
  visit(folder);
  return hash.digest('hex');
}
