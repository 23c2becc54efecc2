import { drugsIn, type SourceIndex } from './source-index.js';
import { isContent, type Word, wordsOf } from './words.js';

export type OmissionKind = 'drug' | 'allergy' | 'result' | 'follow_up';
/** A statement of the source that a note does not mention; offsets are the source's. */
export type Omitted = { kind: OmissionKind; what: string; start: number; end: number };

const ALLERGY = /\ballerg(?:y|ies|ic)\b|\banaphyla/i;
const NO_ALLERGY = /\b(?:no|not|never|any|without|denies|nkda)\b/i;
const ABNORMAL = /\b(?:high|low|elevated|raised|increased|decreased|reduced|abnormal|positive|borderline|up|down)\b/i;
const TEST = /\b(?:hemoglobin|haemoglobin|a1c|glucose|sugar|cholesterol|ldl|creatinine|egfr|potassium|sodium|tsh|troponin|crp|esr|wbc|white count|platelets?|blood pressure|heart rate|pulse|temperature|oxygen|saturation|spo2|x-?ray|ct|mri|ultrasound|ekg|ecg|echo(?:cardiogram)?|ejection fraction|biopsy|culture|urinalysis|urine|lab(?:s|oratory)?|test|scan|result|bmi)\b/i;
/** An illness that is named like a result. */
const ILLNESS = /\bhigh (?:blood pressure|cholesterol|blood sugar)\b/gi;
const FOLLOW_UP = /\b(?:follow[- ]?up|come back|see (?:you|me|her|him) (?:again|in|back)|return(?: to)? (?:in|if|the|clinic)|refer(?:ral|red|ring)?\b|recheck|repeat (?:the|your|that|a)|appointment|check (?:again|back)|call (?:us|me|back) if|review (?:in|again))/i;
const ENOUGH = 0.4;

/** What the source says of drugs, allergies, abnormal results and follow-up that the note does not mention: by code alone. */
export function omissionsOf(index: SourceIndex, source: string, note: string): Omitted[] {
  const said = wordsOf(note);
  const stems = new Set(said.filter(isContent).map((w) => w.stem));
  const numbers = new Set((note.match(/\d+(?:\.\d+)?/g) ?? []).map(Number));
  return [...drugs(index, source, said), ...statements(index, source, { note, stems, numbers })];
}

/** Statements of allergies; “Any allergies? – Yes, penicillin.” names it in the answer alone. */
function isOfAllergies(index: SourceIndex, source: string, i: number): boolean {
  const [u, asked] = [index.utterances[i]!, index.utterances[i - 1]];
  const text = source.slice(u.start, u.end);
  if (ALLERGY.test(text)) return true;
  return !u.question && asked?.answer === 'yes' && asked.question && ALLERGY.test(source.slice(asked.start, asked.end));
}

function drugs(index: SourceIndex, source: string, said: Word[]): Omitted[] {
  const named = new Set(drugsIn(said).flatMap((d) => d.drugs));
  const found = new Map<string, Omitted>();
  for (const d of index.drugs) {
    const drug = d.drugs[0]!;
    // What somebody is allergic to, they do not take.
    if (d.drugs.some((x) => named.has(x)) || found.has(drug) || NO_DRUG.has(d.name) || isOfAllergies(index, source, index.words[d.from]!.utterance)) continue;
    found.set(drug, { kind: 'drug', what: d.name, start: index.words[d.from]!.start, end: index.words[d.to]!.end });
  }
  return [...found.values()];
}

/** Substances of the list that talk is full of, and that nobody takes. */
const NO_DRUG = new Set(['water', 'oxygen', 'alcohol', 'sugar', 'salt', 'iron', 'calcium', 'air', 'ice', 'coffee', 'caffeine', 'nicotine', 'cholesterol', 'glucose', 'sodium', 'potassium', 'creatinine', 'urea', 'protein', 'thyroid', 'honey', 'milk', 'tobacco', 'cocaine', 'cannabis', 'marijuana', 'gold', 'silver', 'heparin lock', 'insulin level', 'triglycerides', 'bilirubin', 'hemoglobin', 'albumin', 'soap', 'zinc oxide tape']);

type Note = { note: string; stems: ReadonlySet<string>; numbers: ReadonlySet<number> };

function statements(index: SourceIndex, source: string, note: Note): Omitted[] {
  return index.utterances.flatMap((u, i): Omitted[] => {
    const text = source.slice(u.start, u.end);
    const kind = !u.question && !ALLERGY.test(text) && isOfAllergies(index, source, i) ? 'allergy' : kindOf(text, u.question);
    if (!kind || isMentioned(kind, text, note)) return [];
    const trimmed = text.trim();
    const start = u.start + text.indexOf(trimmed);
    return [{ kind, what: trimmed, start, end: start + trimmed.length }];
  });
}

function kindOf(text: string, question: boolean): OmissionKind | null {
  if (question) return null;
  if (ALLERGY.test(text) && !NO_ALLERGY.test(text)) return 'allergy';
  const tested = text.replace(ILLNESS, '');
  if (TEST.test(tested) && ABNORMAL.test(tested)) return 'result';
  return FOLLOW_UP.test(text) ? 'follow_up' : null;
}

function isMentioned(kind: OmissionKind, text: string, { stems, numbers, note }: Note): boolean {
  const words = wordsOf(text).filter((w) => isContent(w) && !ALLERGY.test(w.text));
  const share = words.length === 0 ? 1 : words.filter((w) => stems.has(w.stem)).length / words.length;
  const values = (text.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
  if (kind === 'allergy') return ALLERGY.test(note) && share >= ENOUGH;
  if (kind === 'result') return values.length > 0 ? values.some((v) => numbers.has(v)) : share >= ENOUGH;
  return share >= ENOUGH;
}
