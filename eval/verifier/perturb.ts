import { drugLexicon } from '#clinical';

export const KINDS = ['dose', 'drug', 'number', 'side', 'negation', 'added'] as const;
export type Kind = (typeof KINDS)[number];
type Chance = () => number;

const DOSE = /\b(\d+(?:\.\d+)?)(?=\s?-?(?:mg|mcg|milligrams?|micrograms?|grams?|g|ml|milliliters?|units?|tablets?|tabs?|pills?|puffs?|sprays?|drops?)\b)/gi;
const NUMBER = /(?<![\d/.-])\b\d+(?:\.\d+)?\b(?![\d/]|\.\d|\.\s|\))|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty)\b/gi;
const SIDE = /\b(?:left|right)\b/gi;
const SAID = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'twelve', 'twenty', 'thirty'];
const COMMON = 'metformin lisinopril atorvastatin amlodipine omeprazole losartan gabapentin sertraline furosemide prednisone tramadol warfarin ibuprofen albuterol levothyroxine amoxicillin hydrochlorothiazide metoprolol simvastatin pantoprazole escitalopram rosuvastatin clopidogrel montelukast fluoxetine duloxetine carvedilol citalopram allopurinol meloxicam'.split(' ');

/** Removing or adding one negation; the first that fits is used. */
const NEGATIONS: [RegExp, string][] = [
  [/\b(?:denies|denied)\b/i, 'reports'],
  [/\b(?:reports|endorses|reported|endorsed|complains of)\b/i, 'denies'],
  [/\bnegative for\b/i, 'positive for'],
  [/\bpositive for\b/i, 'negative for'],
  [/\b(?:does|do|did|is|are|was|were|has|have|had|can|could|should|will|would) not\b/i, 'KEEP'],
  [/\b(?:no|nil) (?=[a-z])/i, ''],
  [/\bwithout\b/i, 'with'],
  [/\bnever\b/i, 'often'],
  [/\b(?:is|are|was|were|has been|have been|should|will|can) (?!not\b)/i, 'ADD'],
];

/** The sentence with one thing changed, or null where it has no such thing. */
export function perturb(sentence: string, kind: Exclude<Kind, 'added'>, at: Chance): string | null {
  if (kind === 'negation') return flip(sentence);
  const found = kind === 'drug' ? drugsIn(sentence) : [...sentence.matchAll({ dose: DOSE, number: NUMBER, side: SIDE }[kind])].map((m) => ({ text: m[0], from: m.index, to: m.index + m[0].length }));
  const one = found[Math.floor(at() * found.length)];
  if (!one) return null;
  const other = { dose: otherNumber, number: otherNumber, drug: otherDrug, side: otherSide }[kind](one.text, at);
  return sentence.slice(0, one.from) + other + sentence.slice(one.to);
}

/** Ways to change a negation that are not measured: what is learnt must not be one way of writing. */
const OTHER_NEGATIONS: [RegExp, string][] = [
  ...NEGATIONS,
  [/\b(?:has|have|had) (?!not\b|no\b|been\b)/i, 'NO'],
  [/\bwith (?!no\b|out\b)/i, 'without '],
  [/\b(?:has|have|had) no\b/i, 'has'],
  [/\bno (?:known |evidence of |history of )/i, ''],
  [/\bcannot\b/i, 'can'],
  [/\b(?:is|are|was|were) (?!not\b)/i, 'no longer'],
];

/** The sentence with one negation removed or added, in each way that fits. */
export const flips = (sentence: string): string[] => [...new Set(OTHER_NEGATIONS.filter(([cue]) => cue.test(sentence)).map((rule) => flipBy(sentence, rule)))];

function flip(sentence: string): string | null {
  const rule = NEGATIONS.find(([cue]) => cue.test(sentence));
  return rule ? flipBy(sentence, rule) : null;
}

function flipBy(sentence: string, [cue, other]: [RegExp, string]): string {
  return sentence.replace(cue, (text) => {
    if (other === 'KEEP') return text.replace(/ not$/i, '');
    if (other === 'ADD') return `${text}not `;
    if (other === 'NO') return `${text}no `;
    if (other === 'no longer') return `${text}no longer `;
    return /^[A-Z]/.test(text) && other ? other[0]!.toUpperCase() + other.slice(1) : other;
  });
}

function drugsIn(sentence: string): { text: string; from: number; to: number }[] {
  const { find } = drugLexicon();
  return [...sentence.matchAll(/[A-Za-z][A-Za-z'-]{3,}/g)].filter((m) => find(m[0].toLowerCase())).map((m) => ({ text: m[0], from: m.index, to: m.index + m[0].length }));
}

function otherDrug(text: string, at: Chance): string {
  const same = new Set(drugLexicon().find(text.toLowerCase()));
  const others = COMMON.filter((name) => !drugLexicon().find(name)!.some((drug) => same.has(drug)));
  return others[Math.floor(at() * others.length)]!;
}

function otherNumber(text: string, at: Chance): string {
  const said = SAID.indexOf(text.toLowerCase());
  if (said >= 0) return SAID[(said + 1 + Math.floor(at() * (SAID.length - 1))) % SAID.length]!;
  const value = Number(text);
  const year = /^(?:19|20)\d\d$/.test(text);
  const ways = year ? [value - 3, value - 1, value + 2] : [value * 2, value * 10, value / 2, value + 1, value + 5, value * 3, value - 1].filter((v) => v > 0 && v !== value);
  const next = ways[Math.floor(at() * ways.length)]!;
  return String(/\./.test(text) || value < 10 ? Number(next.toFixed(2)) : Math.round(next));
}

const otherSide = (text: string): string => ({ left: 'right', right: 'left', Left: 'Right', Right: 'Left', LEFT: 'RIGHT', RIGHT: 'LEFT' })[text] ?? 'left';
