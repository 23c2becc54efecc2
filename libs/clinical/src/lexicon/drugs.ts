import { readFileSync } from 'node:fs';

/** Names that clinicians write and say, beside those of the list. */
const SAID_ALSO: Record<string, string> = { paracetamol: 'acetaminophen', calpol: 'acetaminophen', salbutamol: 'albuterol', ventolin: 'albuterol', adrenaline: 'epinephrine', frusemide: 'furosemide', hctz: 'hydrochlorothiazide', asa: 'aspirin', penicillin: 'penicillin' };

export const LEXICON_NAME = 'drug-named-entity-recognition 2.0.9';

export type DrugLexicon = { drugs: number; names: number; /** Canonical names of a folded name of one to three words; null where it is no drug. */ find(name: string): readonly string[] | null };

let loaded: DrugLexicon | null = null;

/** Generic and brand names, from the MIT-licensed drug-named-entity-recognition 2.0.9 (MedlinePlus, NHS, MeSH and the CC0 part of DrugBank). */
export function drugLexicon(): DrugLexicon {
  return (loaded ??= load());
}

function load(): DrugLexicon {
  const canonical = new Map<string, string[]>();
  const add = (name: string, drug: string): void => {
    const so = canonical.get(name);
    if (!so) canonical.set(name, [drug]);
    else if (!so.includes(drug)) so.push(drug);
  };
  const lines = readFileSync(new URL('./drugs.txt', import.meta.url), 'utf8').trim().split(/[;\n]/);
  for (const line of lines) {
    const [drug = '', ...others] = line.split('|');
    for (const name of [drug, ...others]) add(name, drug);
  }
  for (const [name, drug] of Object.entries(SAID_ALSO)) add(name, drug);
  return { drugs: lines.length, names: canonical.size, find: (name) => canonical.get(name) ?? null };
}
