import { readFileSync } from 'node:fs';

/** What notes do with a stem: seen how often, the share whose source lacks it, the share that is negated, and stems of the source that stand for it (how surely, in [0,1]). */
export type StemHabit = { times: number; missing: number; negated: number; meanings: { stem: string; sure: number }[] };

const UNKNOWN: StemHabit = { times: 0, missing: 0.35, negated: 0.1, meanings: [] };
let loaded: Map<string, StemHabit> | null = null;

/** Counted over the training notes of ACI-Bench and MTS-Dialog (CC BY 4.0) by eval/verifier/learn.ts. */
export function habitOf(stem: string): StemHabit {
  loaded ??= new Map(readFileSync(new URL('./habits.tsv', import.meta.url), 'utf8').trim().split(/[;\n]/).map(read));
  return loaded.get(stem) ?? UNKNOWN;
}

function read(line: string): [string, StemHabit] {
  const [stem = '', times, missing, negated, meanings = ''] = line.split('\t');
  return [stem, { times: Number(times), missing: Number(missing), negated: Number(negated), meanings: meanings.split(' ').filter(Boolean).map((m) => ({ stem: m.slice(0, m.lastIndexOf('=')), sure: Number(m.slice(m.lastIndexOf('=') + 1)) })) }];
}
