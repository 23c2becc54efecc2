import { writeFile } from 'node:fs/promises';
import { indexSource, noteSentences, readSentence, type StemHabit } from '#clinical';
import type { GoldNote } from './notes.js';

const SELDOM = 3;
const MOST_MEANINGS = 6;
/** Stems on one line of the file. */
const A_LINE = 25;

/** What notes are in the habit of: how often a stem's source lacks it, how often it is negated, and what the source says in its place. */
export function habitsOf(notes: GoldNote[]): Map<string, StemHabit> {
  const inSources = new Map<string, number>();
  const seen = new Map<string, { times: number; missing: number; negated: number; notes: number; beside: Map<string, number> }>();
  for (const { source, note } of notes) {
    const index = indexSource(source);
    for (const stem of index.stems.keys()) inSources.set(stem, (inSources.get(stem) ?? 0) + 1);
    const here = new Set<string>();
    for (const sentence of noteSentences(note).filter((s) => !s.heading).map(readSentence)) {
      sentence.words.forEach((word, i) => {
        if (!sentence.content[i]) return;
        const habit = seen.get(word.stem) ?? { times: 0, missing: 0, negated: 0, notes: 0, beside: new Map<string, number>() };
        seen.set(word.stem, habit);
        habit.times++;
        if (!index.stems.has(word.stem)) habit.missing++;
        if (sentence.negated[i]) habit.negated++;
        here.add(word.stem);
      });
    }
    for (const stem of here) {
      const habit = seen.get(stem)!;
      habit.notes++;
      for (const said of index.stems.keys()) habit.beside.set(said, (habit.beside.get(said) ?? 0) + 1);
    }
  }
  const habits = new Map<string, StemHabit>();
  for (const [stem, { times, missing, negated, notes: count, beside }] of seen) {
    if (times < SELDOM) continue;
    const meanings = [...beside].filter(([said, together]) => said !== stem && together >= SELDOM).flatMap(([said, together]) => {
      const chance = inSources.get(said)! / notes.length;
      const kappa = (together / (count + 1) - chance) / (1 - chance);
      return kappa > 0.25 && together / count / chance > 2.5 ? [{ stem: said, sure: Number(kappa.toFixed(2)) }] : [];
    });
    habits.set(stem, { times, missing: missing / times, negated: negated / times, meanings: meanings.sort((a, b) => b.sure - a.sure).slice(0, MOST_MEANINGS) });
  }
  return habits;
}

export async function writeHabits(habits: Map<string, StemHabit>, file: string): Promise<void> {
  const lines = [...habits].sort(([a], [b]) => (a < b ? -1 : 1)).map(([stem, h]) => [stem, h.times, h.missing.toFixed(2), h.negated.toFixed(2), h.meanings.map((m) => `${m.stem}=${m.sure}`).join(' ')].join('\t'));
  const grouped = Array.from({ length: Math.ceil(lines.length / A_LINE) }, (_, i) => lines.slice(i * A_LINE, (i + 1) * A_LINE).join(';'));
  await writeFile(file, `${grouped.join('\n')}\n`);
}
