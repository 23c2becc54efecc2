import { readdir, readFile } from 'node:fs/promises';

/** Clock ticks a second of /proc, on every Linux that Node runs on. */
const TICKS = 100;

export type CpuTimes = ReadonlyMap<number, { part: string; seconds: number }>;

/**
 * CPU seconds that this process and its descendants have used, by process; those of ended children are not counted.
 * Empty where there is no /proc.
 */
export async function cpuTimes(nameOf: (pid: number, command: string) => string): Promise<CpuTimes> {
  const processes = new Map<number, { parent: number; seconds: number; command: string }>();
  for (const entry of await readdir('/proc').catch(() => [])) {
    const pid = Number(entry);
    if (Number.isInteger(pid)) await readProcess(pid).then((found) => processes.set(pid, found), () => undefined);
  }
  const descends = (pid: number): boolean => pid === process.pid || (processes.has(pid) && descends(processes.get(pid)!.parent));
  return new Map([...processes].filter(([pid]) => descends(pid)).map(([pid, { seconds, command }]) => [pid, { part: nameOf(pid, command), seconds }]));
}

/** CPU seconds by part between two readings; a process that came in between counts from its start. */
export function between(before: CpuTimes, after: CpuTimes): Map<string, number> {
  const parts = new Map<string, number>();
  for (const [pid, { part, seconds }] of after) parts.set(part, (parts.get(part) ?? 0) + seconds - (before.get(pid)?.seconds ?? 0));
  return parts;
}

async function readProcess(pid: number): Promise<{ parent: number; seconds: number; command: string }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The command stands in brackets and may have spaces of its own (proc_pid_stat(5)).
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  return { parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / TICKS, command: stat.slice(stat.indexOf('(') + 1, end) };
}
