// Makes the key that Temporal payloads are encrypted with, where there is none yet: `node make-payload-key.mjs FILE`.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
try {
  writeFileSync(file, `local ${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
} catch (error) {
  if (error.code !== 'EEXIST') throw error;
}
