import { align, type Alignment, checkDrugs, type CheckedSentence, checkNumbers, checkSentence, checkSides, type Forests, judgeWords, type Judged, type ForestName, type Learnt, negationFeatures, numbersOf, othersOf, sidesOf, type StatedNumber, type StatedSide, supportFeatures, turnsOfPhrase, wordFeatures, wordingOdds } from '#clinical';
import { type Example, growForest } from './boost.js';
import { type Case, casesOf } from './cases.js';
import { habitsOf, readNote } from './learn-stems.js';
import { learnWording } from './learn-wording.js';
import type { GoldNote } from './notes.js';

const FOLDS = 5;
/** How much a change counts that is of a kind which is not measured. */
const UNMEASURED = 0.5;
/** Examples by the fold of their note. */
type Folded = Example & { fold: number };
/** A case with what is found in it by the habits of the notes of other folds. */
type Seen = Case & { fold: number; alignment: Alignment; numbers: StatedNumber[]; sides: StatedSide[] };

export type CrossFit = { /** Learnt from all notes. */ all: Learnt; /** By fold, learnt from the notes of the others. */ others: Learnt[]; foldOf(note: number): number };

/** Learns from notes: once from all, and once for each fifth from the other four, so that each note can be checked by what has not seen it. */
export function crossFit(notes: readonly GoldNote[], tell: (line: string) => void = () => {}): CrossFit {
  const foldOf = (note: number): number => hash(notes[note]!.source) % FOLDS;
  const read = notes.map(readNote);
  const folds = Array.from({ length: FOLDS }, (_, fold) => fold);
  const habits = folds.map((fold) => habitsOf(read.filter((_, i) => foldOf(i) !== fold)));
  tell('habits');
  const cases = casesOf(notes, { seed: 11, forLearning: true }).map((c): Seen => {
    const fold = foldOf(c.note);
    const alignment = align(c.sentence, c.index, habits[fold]!);
    return { ...c, fold, alignment, numbers: numbersOf(c.sentence, alignment, c.index), sides: sidesOf(c.sentence, alignment, c.index) };
  });
  tell(`${cases.length} cases`);

  const changes = cases.flatMap((c) => {
    if (c.kind !== 'untouched' && c.kind !== 'negation') return [];
    const turns = turnsOfPhrase(c.sentence, c.alignment, c.index);
    return [{ ...c, turns, positive: c.kind === 'negation', weight: c.measured ? 1 : UNMEASURED }];
  });
  const wordings = folds.map((fold) => learnWording(changes.filter((e) => e.fold !== fold)));
  tell(`wording: ${changes.length} examples`);

  const grown = {} as Record<ForestName, { all: Forests[ForestName]; others: Forests[ForestName][] }>;
  /** Forests so far of the other folds than a note's. */
  const before = (fold: number): Learnt => ({ habits: habits[fold]!, wording: wordings[fold]!, forests: Object.fromEntries(Object.entries(grown).map(([name, { others }]) => [name, others[fold]])) as Forests });
  const grow = (name: ForestName, examples: Folded[]): void => {
    grown[name] = { all: growForest(examples), others: folds.map((fold) => growForest(examples.filter((e) => e.fold !== fold))) };
    tell(`${name}: ${examples.length} examples, ${examples.filter((e) => e.positive).length} positive`);
  };
  grow('word', cases.filter((c) => c.kind === 'untouched').flatMap(wordExamples));
  grow('number', cases.flatMap(numberExamples));
  grow('side', cases.flatMap(sideExamples));
  grow('negation', changes.map((c) => ({ fold: c.fold, positive: c.positive, weight: c.weight, features: negationFeatures(c.sentence, c.alignment, judge(c, before(c.fold)), wordingOdds(wordings[c.fold]!, c.turns)) })));
  grow('support', cases.filter((c) => c.kind === 'untouched' || c.kind === 'added').map((c) => supportExample(c, before(c.fold))));

  const forests = (of: (g: { all: Forests[ForestName]; others: Forests[ForestName][] }) => Forests[ForestName]): Forests => Object.fromEntries(Object.entries(grown).map(([name, g]) => [name, of(g)])) as Forests;
  return { foldOf, all: { habits: habitsOf(read), wording: learnWording(changes), forests: forests((g) => g.all) }, others: folds.map((fold) => ({ habits: habits[fold]!, wording: wordings[fold]!, forests: forests((g) => g.others[fold]!) })) };
}

export const checkCase = ({ sentence, index }: Case, by: Learnt): CheckedSentence => checkSentence(sentence, index, by);

const judge = ({ sentence, alignment, index }: Seen, by: Learnt): Judged[] => judgeWords(sentence, alignment, index, by);

function wordExamples({ sentence, alignment, index, fold }: Seen): Folded[] {
  return alignment.words.map((word) => ({ fold, positive: word.negated, features: wordFeatures(sentence, alignment, word, index).features }));
}

/** The numbers of untouched sentences, and of changed ones the one that was changed. */
function numberExamples({ kind, sentence, from, numbers, fold }: Seen): Folded[] {
  const positive = kind === 'dose' || kind === 'number';
  if (!positive && kind !== 'untouched') return [];
  const such = positive ? numbers.filter((n) => sentence.words[n.number.from]!.text !== from!.words[n.number.from]?.text || sentence.words[n.number.to]!.text !== from!.words[n.number.to]?.text) : numbers;
  return such.map(({ claim }) => ({ fold, positive, features: claim.features }));
}

function sideExamples({ kind, sentence, from, sides, fold }: Seen): Folded[] {
  const positive = kind === 'side';
  if (!positive && kind !== 'untouched') return [];
  return sides.filter(({ i }) => !positive || sentence.words[i]!.text !== from!.words[i]?.text).map(({ claim }) => ({ fold, positive, features: claim.features }));
}

function supportExample({ kind, sentence, alignment, index, numbers, sides, fold }: Seen, by: Learnt): Folded {
  const { numbers: number, doses: dose } = checkNumbers(numbers, index, by);
  const others = othersOf({ number, dose, drug: checkDrugs(sentence, index), side: checkSides(sides, index, by) });
  return { fold, positive: kind === 'added', features: supportFeatures(sentence, alignment, index, others) };
}

/** FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}
