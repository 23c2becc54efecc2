import { drugLexicon } from './lexicon/drugs.js';
import { type Gender, genderOf } from './gender.js';
import { negated } from './negation.js';
import { type NumberAt, possibleNumbers, statedNumbers } from './numbers.js';
import { type Utterance, utterancesOf } from './utterances.js';
import { isContent, type Word, wordsOf } from './words.js';

/** Whether the source affirms a word where it stands: 1 affirmed, -1 negated, 0 asked without a plain answer. */
export type Polarity = 1 | 0 | -1;
export type SourceWord = Word & { utterance: number; polarity: Polarity; /** In a question. */ asked: boolean };
export type DrugAt = { drugs: readonly string[]; from: number; to: number; name: string };
export type SourceIndex = {
  utterances: Utterance[];
  words: SourceWord[];
  /** Places of whatever number the words may mean, and each number once as it is most likely meant. */
  numbers: Map<number, NumberAt[]>;
  stated: NumberAt[];
  drugs: DrugAt[];
  /** Places of each content stem, and the stems by how they begin. */
  stems: Map<string, number[]>;
  forms: Map<string, string[]>;
  gender: Gender;
};

/** Words that begin with as many same letters are forms of each other. */
export const FORM = 6;

/** What the checks look up in a source, found once. */
export function indexSource(source: string): SourceIndex {
  const utterances = utterancesOf(source);
  const words = utterances.flatMap((u, utterance) => {
    const own = wordsOf(source.slice(u.start, u.end)).map((w) => ({ ...w, start: w.start + u.start, end: w.end + u.start }));
    const no = negated(own, source);
    return own.map((w, i) => ({ ...w, utterance, polarity: polarityOf(u, no[i]!), asked: u.question }));
  });
  const numbers = new Map<number, NumberAt[]>();
  for (const number of possibleNumbers(words)) push(numbers, number.value, number);
  const stems = new Map<string, number[]>();
  words.forEach((w, i) => {
    if (isContent(w)) push(stems, w.stem, i);
  });
  const forms = new Map<string, string[]>();
  for (const stem of stems.keys()) if (stem.length >= FORM) push(forms, stem.slice(0, FORM), stem);
  return { utterances, words, numbers, stated: statedNumbers(words), drugs: drugsIn(words), stems, forms, gender: genderOf(words.map((w) => w.text)) };
}

/** The drugs that words name, longest names first. */
export function drugsIn(words: Word[]): DrugAt[] {
  const { find } = drugLexicon();
  const found: DrugAt[] = [];
  for (let i = 0; i < words.length; i++) {
    for (let length = 3; length > 0; length--) {
      const name = words.slice(i, i + length).map((w) => w.text).join(' ');
      const drugs = i + length <= words.length ? find(name) : null;
      if (!drugs) continue;
      found.push({ drugs, from: i, to: i + length - 1, name });
      i += length - 1;
      break;
    }
  }
  return found;
}

function polarityOf({ question, answer }: Utterance, no: boolean): Polarity {
  if (!question) return no ? -1 : 1;
  if (answer === null) return no ? -1 : 0;
  // "No fevers? – Right." and "No fevers? – No." say the same.
  return answer === 'no' || no ? -1 : 1;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const so = map.get(key);
  if (so) so.push(value);
  else map.set(key, [value]);
}
