import { readFileSync } from 'node:fs';
import { type Forest, readForest } from './forest.js';
import { type Habits, readHabits } from './lexicon/habits.js';
import { readWording, type Wording } from './wording.js';

/** Judgements that are learnt: whether a note would negate a word, and whether a number, a side, a sentence's negation or the whole of it fails its source. */
export const FOREST_NAMES = ['word', 'number', 'side', 'negation', 'support'] as const;
export type ForestName = (typeof FOREST_NAMES)[number];
export type Forests = Record<ForestName, Forest>;
export type Learnt = { habits: Habits; wording: Wording; forests: Forests };

let loaded: Learnt | null = null;

/** What eval/verifier/learn.ts made of training notes of ACI-Bench, MTS-Dialog and PriMock57 (CC BY 4.0). */
export function learnt(): Learnt {
  return (loaded ??= { habits: readHabits(file('habits.tsv')), wording: readWording(file('wording.tsv')), forests: readForests(file('forests.txt')) });
}

const file = (name: string): string => readFileSync(new URL(`./lexicon/${name}`, import.meta.url), 'utf8');

/** A line a judgement, in the order of FOREST_NAMES. */
function readForests(text: string): Forests {
  const lines = text.trim().split('\n');
  return Object.fromEntries(FOREST_NAMES.map((name, i) => [name, readForest(lines[i]!)])) as Forests;
}
