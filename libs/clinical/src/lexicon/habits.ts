/** What notes do with a stem: seen how often, the share whose source lacks it, the share that is negated, how often sources have it, and stems of the source that stand for it (how surely, in [0,1]). */
export type StemHabit = { times: number; missing: number; negated: number; /** Sources with it, for each thousand different stems that sources have. */ said: number; meanings: { stem: string; sure: number }[] };
export type Habits = ReadonlyMap<string, StemHabit>;

const UNKNOWN: StemHabit = { times: 0, missing: 0.35, negated: 0.1, said: 0.02, meanings: [] };

export const habitOf = (habits: Habits, stem: string): StemHabit => habits.get(stem) ?? UNKNOWN;

/** The chance that the source of some other note with so many different stems has a stem. */
export const chanceSaid = ({ said }: StemHabit, stems: number): number => 1 - Math.exp((-said * stems) / 1000);

/** Stems by semicolons or lines, their parts by tabs. */
export function readHabits(text: string): Habits {
  return new Map(text.trim().split(/[;\n]/).map(read));
}

function read(line: string): [string, StemHabit] {
  const [stem = '', times, missing, negated, said, meanings = ''] = line.split('\t');
  return [stem, { times: Number(times), missing: Number(missing), negated: Number(negated), said: Number(said), meanings: meanings.split(' ').filter(Boolean).map((m) => ({ stem: m.slice(0, m.lastIndexOf('=')), sure: Number(m.slice(m.lastIndexOf('=') + 1)) })) }];
}
