import { readdirSync, readFileSync } from 'node:fs';

export type ProcessMemory = { name: string; processes: number; megabytes: number };

/** Memory of this process's descendants by program, in MB: shared pages are counted once among those that share them (PSS). */
export function descendantsMemory(root = process.pid): ProcessMemory[] {
  const parents = new Map(readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => parentOf(pid)));
  const isBelow = (pid: number): boolean => pid !== 0 && (parents.get(pid) === root || isBelow(parents.get(pid) ?? 0));
  const groups = new Map<string, ProcessMemory>();
  for (const pid of [...parents.keys()].filter(isBelow)) {
    const name = nameOf(pid);
    const group = groups.get(name) ?? { name, processes: 0, megabytes: 0 };
    groups.set(name, { name, processes: group.processes + 1, megabytes: group.megabytes + pssOf(pid) });
  }
  return [...groups.values()].map((g) => ({ ...g, megabytes: Math.round(g.megabytes) })).sort((a, b) => b.megabytes - a.megabytes);
}

function parentOf(pid: string): [number, number][] {
  const stat = read(`/proc/${pid}/stat`);
  const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  return parent ? [[Number(pid), Number(parent)]] : [];
}

/** The part of the stack that a command line belongs to. */
function nameOf(pid: number): string {
  const line = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
  const known = [['apps/api', 'API'], ['apps/worker', 'worker'], ['apps/runtime', 'embedded runtime'], ['postgres', 'Postgres'], ['temporal', 'Temporal'], ['guardian', 'supervision']] as const;
  return known.find(([part]) => line.includes(part))?.[1] ?? 'other';
}

function pssOf(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? '0';
  return Number(kilobytes) / 1_024;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
