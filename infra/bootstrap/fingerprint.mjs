import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', '.holdfast', 'coverage']);

/** Files below the given folders, and the given files, as paths relative to `root`, sorted. */
export function listFiles(root, entries) {
  return entries.filter((entry) => existsSync(join(root, entry))).flatMap((entry) => below(root, join(root, entry))).sort();
}

function below(root, path) {
  let names;
  try {
    names = readdirSync(path, { withFileTypes: true });
  } catch {
    return [relative(root, path)];
  }
  return names.flatMap((name) => {
    if (name.isDirectory()) return SKIPPED.has(name.name) ? [] : below(root, join(path, name.name));
    return name.isFile() ? [relative(root, join(path, name.name))] : [];
  });
}

/** SHA-256 over names and contents. */
export function fingerprint(root, files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update('\0').update(readFileSync(join(root, file))).update('\0');
  return hash.digest('hex');
}
