import { chanceSaid, type Habits, habitOf, type StemHabit } from './lexicon/habits.js';
import { layTermsOf } from './lexicon/lay-terms.js';
import type { ReadSentence } from './sentence.js';
import { FORM, type SourceIndex } from './source-index.js';

/** Words of a source that are taken to speak of one thing. */
const WINDOW = 40;
const MOST_PLACES = 60;
/** Words of a phrase may stand so far apart. */
const PHRASE = 5;
/** "Hypertensive" for "hypertension". */
const FORM_SAYS = 0.8;

/** A content word of a sentence and what the source has of it. */
export type Aligned = {
  i: number;
  habit: StemHabit;
  negated: boolean;
  /** Whether the source has the word itself. */
  own: boolean;
  /** Where it stands in the source, or else what means the same. */
  places: number[];
  /** 1 where the source has the word, less where it has only what stands for it, 0 where neither. */
  support: number;
  /** Log odds that this note's source rather than another's has what this one has of the word. */
  odds: number;
};
export type Stretch = { /** The word of the source in its middle; -1 where there is none. */ at: number; /** The share of the sentence that stands there, rare words weighing more. */ share: number; words: ReadonlySet<number> };
export type Alignment = { words: Aligned[]; /** The stretch of the source with most of the sentence, and the one with most of the rest. */ best: Stretch; next: Stretch };

export function align(sentence: ReadSentence, index: SourceIndex, habits: Habits): Alignment {
  const words = sentence.words.flatMap((word, i): Aligned[] => {
    if (!sentence.content[i]) return [];
    const habit = habitOf(habits, word.stem);
    const found = placesOf(word.stem, habit, index);
    return [{ i, habit, negated: sentence.negated[i]!, ...found, odds: oddsOf(habit, found, index) }];
  });
  const best = bestStretch(words, new Set());
  return { words, best, next: bestStretch(words, best.words) };
}

function placesOf(stem: string, habit: StemHabit, index: SourceIndex): { own: boolean; places: number[]; support: number } {
  const own = index.stems.get(stem);
  if (own) return { own: true, places: own.slice(0, MOST_PLACES), support: 1 };
  const found = [
    ...layTermsOf(stem).map(({ stems, sure }) => ({ sure, places: phrasePlaces(stems, index) })),
    ...(stem.length < FORM ? [] : (index.forms.get(stem.slice(0, FORM)) ?? []).map((s) => ({ sure: FORM_SAYS, places: index.stems.get(s)! }))),
    ...habit.meanings.map((m) => ({ sure: 0.9 * m.sure, places: index.stems.get(m.stem) ?? [] })),
  ].filter((m) => m.places.length > 0);
  const support = Math.max(0, ...found.map((m) => m.sure));
  const places = found.filter((m) => m.sure > 0.8 * support).flatMap((m) => m.places.slice(0, 15));
  return { own: false, places: [...new Set(places)].sort((a, b) => a - b).slice(0, MOST_PLACES), support };
}

function phrasePlaces([first = '', ...others]: string[], { stems }: SourceIndex): number[] {
  const places = stems.get(first) ?? [];
  return others.length === 0 ? places : places.filter((p) => others.every((o) => stems.get(o)?.some((q) => Math.abs(p - q) <= PHRASE)));
}

/** Before a stem was seen often, what stems do in general. */
const USUAL = { missing: 0.35, weight: 3 };

function oddsOf(habit: StemHabit, { own, support }: { own: boolean; support: number }, index: SourceIndex): number {
  const missing = (habit.missing * habit.times + USUAL.missing * USUAL.weight) / (habit.times + USUAL.weight);
  const said = Math.min(0.97, Math.max(0.002, chanceSaid(habit, index.stems.size)));
  const there = Math.log((1 - missing) / said);
  const lacking = Math.log(missing / (1 - said));
  return Math.max(-4, Math.min(5, own ? there : lacking * (1 - support) + (0.4 * support ** 2 * (there - lacking)) / 2));
}

/** Rare words say more of where a sentence comes from than usual ones. */
const weightOf = ({ odds, places }: Aligned): number => 0.4 + (places.length > 0 ? Math.max(0, odds) : 0.6);

function bestStretch(words: Aligned[], but: ReadonlySet<number>): Stretch {
  const hits = words.flatMap(({ places }, k) => (but.has(k) ? [] : places.map((at) => ({ at, k })))).sort((a, b) => a.at - b.at);
  const all = words.reduce((sum, w) => sum + weightOf(w), 0);
  const inside = new Map<number, number>();
  let best = { at: -1, sum: 0, from: 0, to: -1 };
  let sum = 0;
  let from = 0;
  hits.forEach(({ at, k }, to) => {
    const times = inside.get(k) ?? 0;
    inside.set(k, times + 1);
    if (times === 0) sum += weightOf(words[k]!);
    for (; hits[from]!.at < at - WINDOW; from++) {
      const left = inside.get(hits[from]!.k)! - 1;
      inside.set(hits[from]!.k, left);
      if (left === 0) sum -= weightOf(words[hits[from]!.k]!);
    }
    if (sum > best.sum + 1e-9) best = { at: Math.round((hits[from]!.at + at) / 2), sum, from, to };
  });
  return { at: best.at, share: all === 0 ? 0 : best.sum / all, words: new Set(hits.slice(best.from, best.to + 1).map((h) => h.k)) };
}
