import { readdir } from 'node:fs/promises';
import type { ToolResult } from '#activities';
import type { z } from 'zod';
import { diff as gitDiff, existing, insidePath, log as gitLog, parseFile, readText, searchFiles } from '#workspace';
import type { toolArgs } from '../contract.js';
import type { Work } from './setting.js';

type Args<T extends keyof typeof toolArgs> = z.output<(typeof toolArgs)[T]>;

const MAX_LINES = 400;
const MAX_CHARS = 24_000;
const MAX_ENTRIES = 300;
const MAX_HITS = 100;

export async function list({ ws }: Work, { path }: Args<'list'>): Promise<ToolResult> {
  const entries = await readdir(await existing(ws.place.tree, path), { withFileTypes: true });
  const names = entries.filter((e) => e.name !== '.git').map((e) => (e.isDirectory() ? `${e.name}/` : e.isSymbolicLink() ? `${e.name}@` : e.name)).sort();
  return { content: names.length ? capped(names, MAX_ENTRIES) : 'The folder is empty.' };
}

export async function read({ ws }: Work, { path, from, to }: Args<'read'>): Promise<ToolResult> {
  const lines = (await readText(ws.place.tree, path)).text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const last = Math.min(to ?? lines.length, lines.length, from + MAX_LINES - 1);
  const shown = lines.slice(from - 1, last).map((line, i) => `${from + i}\t${line.length > 1_000 ? `${line.slice(0, 1_000)}…` : line}`);
  const rest = last < lines.length ? `\n… ${lines.length - last} more lines; the file has ${lines.length}` : '';
  return { content: shown.length ? cut(shown.join('\n')) + rest : `The file has ${lines.length} lines.` };
}

export async function search({ ws }: Work, { pattern, path }: Args<'search'>): Promise<ToolResult> {
  const found = await searchFiles(ws.place, pattern, path);
  if (!found.ok) return { content: `The search failed: ${found.reason}`, error: 'agent' };
  return found.lines.length ? { content: capped(found.lines, MAX_HITS) } : { content: 'Nothing was found.', gain: 0 };
}

export async function symbols({ ws }: Work, { path }: Args<'symbols'>): Promise<ToolResult> {
  const parsed = await parseFile(path, (await readText(ws.place.tree, path)).text);
  if (!parsed) return { content: 'The language of this file is not known; read it instead.', error: 'agent' };
  return { content: capped(parsed.definitions.map((d) => `${d.line}-${d.endLine}\t${'  '.repeat(d.depth)}${d.text}`), MAX_ENTRIES) || 'The file defines nothing.' };
}

export async function diff({ ws, commit }: Work, { path }: Args<'diff'>): Promise<ToolResult> {
  return { content: cut(await gitDiff(ws.place, ws.base, commit, path ? [insidePath(path)] : [])) || 'Nothing was changed.' };
}

export async function log({ ws, commit }: Work, { path, count }: Args<'log'>): Promise<ToolResult> {
  return { content: cut(await gitLog(ws.place, commit, count, path ? insidePath(path) : undefined)) || 'There are no commits.' };
}

const capped = (lines: string[], max: number): string => cut(lines.slice(0, max).join('\n')) + (lines.length > max ? `\n… and ${lines.length - max} more` : '');
const cut = (text: string): string => (text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}\n… cut; ask for less at a time` : text);
