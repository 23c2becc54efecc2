import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { applyBatch, canonical, type ForeignFormat, FOREIGN, WorldState } from '#world';

export type ImportRow = { file: string; format: ForeignFormat; entities: number; exits: number; held: number; errors: number; lost: number };

/** Every file below a folder that is a world of a form that is read: known by what is in it, not by its name. */
export function worldFiles(folder: string): { path: string; format: ForeignFormat; data: Record<string, unknown> }[] {
  return jsonBelow(folder, 6).flatMap((path) => {
    const data = parsed(path);
    const format = data && formatOf(data);
    return data && format ? [{ path, format, data }] : [];
  });
}

/** Other sets have files named so that hold a value a line, or lists. */
function parsed(path: string): Record<string, unknown> | null {
  try {
    const data: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return data !== null && typeof data === 'object' && !Array.isArray(data) ? (data as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function formatOf(data: Record<string, unknown>): ForeignFormat | null {
  if ('nodes' in data && 'rooms' in data) return 'light';
  if (Array.isArray(data['world']) && 'infos' in data) return 'textworld';
  const entries = data['entries'];
  return entries !== null && typeof entries === 'object' && Object.values(entries).some((e) => e !== null && typeof e === 'object' && 'content' in e && ('key' in e || 'keys' in e)) ? 'lorebook' : null;
}

function jsonBelow(folder: string, depth: number): string[] {
  if (depth === 0) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = statSync(path);
    if (stat.isDirectory()) return jsonBelow(path, depth - 1);
    return name.endsWith('.json') && stat.size < 20e6 ? [path] : [];
  });
}

/** Imports, exports and compares: what differs between the file and what comes back is lost, by leaf. */
export function roundTrip(path: string, format: ForeignFormat, data: Record<string, unknown>): ImportRow {
  const { rules, changes, errors } = FOREIGN[format].read(data);
  const made = applyBatch(rules, WorldState.empty, { changes });
  if (!made.ok) throw new Error(`${basename(path)}: ${made.refusals[0]!.rule}: ${made.refusals[0]!.reason}`);
  const all = [...made.state];
  return { file: basename(path), format, entities: all.filter((e) => ['location', 'character', 'item', 'lore'].includes(e.type)).length, exits: all.filter((e) => e.type === 'exit').length, held: all.filter((e) => e.in !== null && e.type !== 'exit').length, errors: errors.length, lost: lost(data, FOREIGN[format].write(made.state)) };
}

/** Leaves of one value that the other does not have in the same place; lists of facts and infos are compared as sets. */
function lost(before: unknown, after: unknown): number {
  const counts = new Map<string, number>();
  for (const leaf of leaves(before)) counts.set(leaf, (counts.get(leaf) ?? 0) + 1);
  for (const leaf of leaves(after)) counts.set(leaf, (counts.get(leaf) ?? 0) - 1);
  return [...counts.values()].reduce((sum, n) => sum + Math.abs(n), 0);
}

function leaves(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) {
    // The order of facts says nothing; that of other lists does.
    return at === '/world' || at === '/infos' ? value.map((v) => `${at}=${canonical(v)}`) : value.length ? value.flatMap((v, i) => leaves(v, `${at}/${i}`)) : [`${at}=[]`];
  }
  if (value === null || typeof value !== 'object') return [`${at}=${JSON.stringify(value)}`];
  const entries = Object.entries(value);
  return entries.length ? entries.flatMap(([k, v]) => leaves(v, `${at}/${k}`)) : [`${at}={}`];
}
