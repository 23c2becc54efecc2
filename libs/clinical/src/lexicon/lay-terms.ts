import { readFileSync } from 'node:fs';
import { isContent, stemOf, wordsOf } from '../words.js';

/** What may stand in a source for a word of a note: stems that stand close together there, and how surely they mean the word. */
export type Meaning = { stems: string[]; sure: number };

/** "Short of breath" for "dyspnea" says it; the other way round a single word of it says less. */
const SAYS = 0.9;
const PART_SAYS = 0.5;

let loaded: Map<string, Meaning[]> | null = null;

/** Words of clinicians and of patients for the same, both ways. Written for Holdfast. */
export function layTermsOf(stem: string): readonly Meaning[] {
  return (loaded ??= load()).get(stem) ?? [];
}

function load(): Map<string, Meaning[]> {
  const meanings = new Map<string, Meaning[]>();
  for (const line of readFileSync(new URL('./lay-terms.txt', import.meta.url), 'utf8').trim().split('\n')) {
    const [terms = '', phrases = ''] = line.split(': ');
    const clinical = terms.split(', ').map(stemOf);
    const said = phrases.split(', ').map(contentStems).filter((stems) => stems.length > 0);
    for (const term of clinical) {
      for (const stems of [...said, ...clinical.map((c) => [c])]) add(meanings, term, { stems, sure: SAYS });
      for (const stems of said) for (const stem of stems) add(meanings, stem, { stems: [term], sure: stems.length === 1 ? SAYS : PART_SAYS });
    }
  }
  return meanings;
}

const contentStems = (phrase: string): string[] => wordsOf(phrase).filter(isContent).map((w) => w.stem);

function add(to: Map<string, Meaning[]>, stem: string, meaning: Meaning): void {
  if (meaning.stems.length === 1 && meaning.stems[0] === stem) return;
  const so = to.get(stem);
  if (so) so.push(meaning);
  else to.set(stem, [meaning]);
}
