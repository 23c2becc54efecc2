import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { listFiles, type Place } from '../git/tree.js';
import { existing } from '../files/paths.js';
import { type Definition, parseFile } from './parser.js';

const MAX_FILE_BYTES = 200_000;
/** Files that are parsed; of the rest only the names are known. */
const MAX_PARSED = 5_000;
const MAX_LINE = 1_000;
const GENERATED = /(^|\/)(node_modules|vendor|third_party|dist|build|__pycache__|\.venv)\/|\.min\.(js|css)$|(^|\/)(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|Cargo\.lock|poetry\.lock|go\.sum)$|\.(map|snap|svg|lock)$/;
const GENERATED_MARK = /@generated|DO NOT EDIT|automatically generated/i;
/** As dense as code is, by our count which is high. */
const CHARS_PER_TOKEN = 3.2;

type MappedFile = { path: string; definitions: Definition[]; references: Map<string, number>; score: number };

/**
 * An outline of a repository within `tokens`: files by how much of what they define others use, with their most used
 * definitions. Ignored, binary, generated and huge files are left out.
 */
export async function repoMap(place: Place, tokens: number, focus = ''): Promise<string> {
  const paths = (await listFiles(place)).filter((path) => !GENERATED.test(path));
  const files: MappedFile[] = [];
  const skipped = new Set<string>();
  for (const path of nearRoot(paths).slice(0, MAX_PARSED)) {
    const text = await readSmall(place.tree, path).catch(() => null);
    if (text === null) skipped.add(path);
    const file = text === null ? null : await mapFile(path, text);
    if (file) files.push(file);
    if (files.length % 16 === 0) await breathe();
  }
  return render(rank(files, focus), paths.filter((path) => !skipped.has(path)), Math.floor(tokens * CHARS_PER_TOKEN));
}

/** Tests and deep folders last, where there are too many to read all. */
function nearRoot(paths: string[]): string[] {
  const cost = (path: string): number => path.split('/').length + (/test|spec|example|doc/i.test(path) ? 3 : 0);
  return [...paths].sort((a, b) => cost(a) - cost(b) || (a < b ? -1 : 1));
}

/** Null where the language is not known. */
async function mapFile(path: string, text: string): Promise<MappedFile | null> {
  const parsed = await parseFile(path, text);
  if (!parsed) return null;
  const references = new Map<string, number>();
  for (const name of parsed.references) references.set(name, (references.get(name) ?? 0) + 1);
  return { path, definitions: parsed.definitions, references, score: 0 };
}

/** Null for what no map should hold. */
async function readSmall(tree: string, path: string): Promise<string | null> {
  const handle = await open(await existing(tree, join(path)), 'r');
  try {
    const { size } = await handle.stat();
    if (size > MAX_FILE_BYTES) return null;
    const bytes = await handle.readFile();
    if (bytes.includes(0)) return null;
    const text = bytes.toString('utf8');
    if (GENERATED_MARK.test(text.slice(0, 500)) || text.split('\n', 50).some((line) => line.length > MAX_LINE)) return null;
    return text;
  } finally {
    await handle.close();
  }
}

/** A name that many files define says little about any of them. */
function rank(files: MappedFile[], focus: string): MappedFile[] {
  const definers = new Map<string, number>();
  for (const file of files) for (const name of new Set(file.definitions.map((d) => d.name))) definers.set(name, (definers.get(name) ?? 0) + 1);
  const users = new Map<string, number>();
  for (const file of files) for (const name of file.references.keys()) if (definers.has(name)) users.set(name, (users.get(name) ?? 0) + 1);
  const words = new Set(focus.toLowerCase().match(/[a-z_][a-z0-9_]{2,}/g) ?? []);
  const weight = (d: Definition): number => (users.get(d.name) ?? 0) / (definers.get(d.name) ?? 1) + (words.has(d.name.toLowerCase()) ? 20 : 0);
  for (const file of files) {
    file.definitions = file.definitions.filter((d) => d.depth < 2);
    file.score = file.definitions.reduce((sum, d) => sum + Math.sqrt(weight(d)), 0) * (/test|spec|example|bench/i.test(file.path) ? 0.2 : 1) + (words.has(baseName(file.path)) ? 30 : 0);
    const best = new Set([...file.definitions].sort((a, b) => weight(b) - weight(a)).slice(0, 12));
    file.definitions = file.definitions.filter((d) => best.has(d));
  }
  return files.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
}

const baseName = (path: string): string => path.split('/').at(-1)!.split('.')[0]!.toLowerCase();

function render(files: MappedFile[], paths: string[], chars: number): string {
  const parts: string[] = [];
  let left = chars - 120;
  let shown = 0;
  for (const file of files) {
    const full = `${file.path}\n${file.definitions.map((d) => `${'  '.repeat(d.depth + 1)}${d.line}: ${d.text}\n`).join('')}`;
    const part = full.length <= left ? full : `${file.path}\n`;
    if (part.length > left) break;
    parts.push(part);
    left -= part.length;
    shown++;
  }
  const others = paths.filter((path) => !files.some((f) => f.path === path));
  const names: string[] = [];
  for (const path of others) {
    if (path.length + 1 > left) break;
    names.push(path);
    left -= path.length + 1;
  }
  const omitted = paths.length - shown - names.length;
  return `${parts.join('')}${names.map((n) => `${n}\n`).join('')}${omitted > 0 ? `… and ${omitted} more files\n` : ''}`;
}
