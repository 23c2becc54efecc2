import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiDocument } from '../client/api-document.mjs';
import { clientFiles } from '../client/client-files.mjs';
import { generatedFiles } from './generated.mjs';
import { securityPage } from './roles-page.mjs';

const ROOT = join(import.meta.dirname, '..', '..');

const document = await apiDocument();
const security = { file: 'docs/security.md', text: securityPage(readFileSync(join(ROOT, 'docs/security.md'), 'utf8'), document) };

for (const { file, text } of [...generatedFiles(), ...clientFiles(document), security]) {
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
