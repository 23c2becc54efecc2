import { indexSource, isContent, noteSentences, readSentence, type SourceIndex, type StemHabit } from '#clinical';
import type { GoldNote } from './notes.js';

const SELDOM = 2;
const FEWEST_TOGETHER = 4;
const MOST_MEANINGS = 6;
/** Stems on one line of the file. */
const A_LINE = 25;

export type ReadNote = { index: SourceIndex; /** Content stems of each sentence with whether each is negated. */ stems: { stem: string; negated: boolean }[] };
type Seen = { times: number; missing: number; negated: number; /** Sizes of the sources that lack the stem, and what stands in them. */ lacking: number[]; beside: Map<string, number> };

export function readNote({ source, note }: GoldNote): ReadNote {
  const stems = noteSentences(note).filter((s) => !s.heading).map(readSentence).flatMap((s) => s.words.flatMap((w, i) => (isContent(w) ? [{ stem: w.stem, negated: s.negated[i]! }] : [])));
  return { index: indexSource(source), stems };
}

/** What notes are in the habit of: how often a stem's source lacks it, how often it is negated, and what the source says in its place. */
export function habitsOf(notes: readonly ReadNote[]): Map<string, StemHabit> {
  const inSources = new Map<string, number>();
  for (const { index } of notes) for (const stem of index.stems.keys()) inSources.set(stem, (inSources.get(stem) ?? 0) + 1);
  const all = notes.reduce((sum, { index }) => sum + index.stems.size, 0);
  const rate = (stem: string): number => (1000 * (inSources.get(stem) ?? 0)) / all;
  const seen = countStems(notes);
  const habits = new Map<string, StemHabit>();
  for (const [stem, { times, missing, negated, lacking, beside }] of seen) {
    if (times < SELDOM) continue;
    const meanings = [...beside].filter(([said, together]) => said !== stem && together >= FEWEST_TOGETHER).flatMap(([said, together]) => {
      // Long sources hold most words: what counts is how much more often than their lengths would have it.
      const expected = lacking.reduce((sum, stems) => sum + 1 - Math.exp((-rate(said) * stems) / 1000), 0);
      const sure = (together - expected) / (lacking.length - expected + 2);
      return sure > 0.25 && together > 2 * expected ? [{ stem: said, sure: Number(sure.toFixed(2)) }] : [];
    });
    habits.set(stem, { times, missing: missing / times, negated: negated / times, said: rate(stem), meanings: meanings.sort((a, b) => b.sure - a.sure).slice(0, MOST_MEANINGS) });
  }
  return habits;
}

function countStems(notes: readonly ReadNote[]): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const { index, stems } of notes) {
    for (const { stem, negated } of stems) {
      const habit = seen.get(stem) ?? { times: 0, missing: 0, negated: 0, lacking: [], beside: new Map<string, number>() };
      seen.set(stem, habit);
      habit.times++;
      if (!index.stems.has(stem)) habit.missing++;
      if (negated) habit.negated++;
    }
    for (const stem of new Set(stems.map((s) => s.stem))) {
      // What stands for a word is asked only where the word itself is lacking.
      if (index.stems.has(stem)) continue;
      const { lacking, beside } = seen.get(stem)!;
      lacking.push(index.stems.size);
      for (const said of index.stems.keys()) beside.set(said, (beside.get(said) ?? 0) + 1);
    }
  }
  return seen;
}

/** The text of habits.tsv. */
export function printHabits(habits: ReadonlyMap<string, StemHabit>): string {
  const lines = [...habits].sort(([a], [b]) => (a < b ? -1 : 1)).map(([stem, h]) => [stem, h.times, h.missing.toFixed(2), h.negated.toFixed(2), Number(h.said.toPrecision(3)), h.meanings.map((m) => `${m.stem}=${m.sure}`).join(' ')].join('\t'));
  return `${Array.from({ length: Math.ceil(lines.length / A_LINE) }, (_, i) => lines.slice(i * A_LINE, (i + 1) * A_LINE).join(';')).join('\n')}\n`;
}
