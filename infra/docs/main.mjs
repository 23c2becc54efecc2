import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiDocument } from '../client/api-document.mjs';
import { clientFiles } from '../client/client-files.mjs';
import { generatedFiles } from './generated.mjs';

const ROOT = join(import.meta.dirname, '..', '..');

for (const { file, text } of [...generatedFiles(), ...clientFiles(await apiDocument())]) {
  const path = join(ROOT, file);
  if (readOrNothing(path) === text) continue;
  writeFileSync(path, text);
  console.log(`written: ${file}`);
}

function readOrNothing(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
