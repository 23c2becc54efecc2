import { unitOf } from './context.js';
import type { SourceIndex } from './source-index.js';

export type SourceFindingKind = 'one_speaker' | 'speakers_swapped' | 'other_language' | 'contradiction';
/** What a reviewer should know of a source; spans are offsets in it. */
export type SourceFinding = { kind: SourceFindingKind; what: string; spans: { start: number; end: number }[] };

const CLINICIAN = /^(?:doctor|dr|clinician|physician|gp|nurse|provider|consultant)\b/;
const PATIENT = /^(?:patient|pt|mother|father|parent|guest|caregiver|family)\b/;
const ENGLISH = new Set('the of and to in is it you that was for on are with as i his they be at one have this from or had by not but what all were we when your can said there an each which she do how their if will no has more my any been who now did get come made may yes him her me he a so okay pain day feel take'.split(' '));
const FEWEST_WORDS = 30;
const ENGLISH_SHARE = 0.2;
/** Of a dose, in words before or after a drug's name. */
const DOSE_REACH = 6;
const DOSE_UNITS = new Set(['mg', 'mcg', 'g', 'ml', 'unit']);

/** One speaker, swapped speakers, another language, and statements that contradict each other. */
export function findingsOf(index: SourceIndex, source: string): SourceFinding[] {
  return [...speakers(index, source), ...language(index), ...doses(index), ...allergies(index, source)];
}

function speakers(index: SourceIndex, source: string): SourceFinding[] {
  const named = index.utterances.filter((u) => u.speaker !== null);
  if (named.length < 4) return [];
  const all = [...new Set(named.map((u) => u.speaker!))];
  const clinicians = all.filter((s) => CLINICIAN.test(s));
  const patients = all.filter((s) => PATIENT.test(s));
  if (all.length === 1) return [{ kind: 'one_speaker', what: 'All turns are of one speaker: who said what cannot be told.', spans: [] }];
  if (clinicians.length === 0 || patients.length === 0) return [];
  const score = (who: string[]): number => named.filter((u) => who.includes(u.speaker!)).reduce((sum, u) => sum + clinicianLike(source.slice(u.start, u.end), u.question), 0);
  const swapped = score(patients) > score(clinicians) + 1;
  return swapped ? [{ kind: 'speakers_swapped', what: 'The patient speaks as clinicians do and the clinician as patients do: the speakers may be swapped.', spans: [] }] : [];
}

const ASKS = /\b(?:any|do you|have you|are you|does it|how long|when did|where is|brings you)\b.*\?/i;
const PLANS = /\b(?:i(?:'m| am) going to (?:prescribe|order|refer|listen|examine|put you)|i(?:'d| would) like (?:you to|to get|to order)|let(?:'s| us) (?:start|get|order|go ahead)|we(?:'ll| will) (?:start|check|get|order)|on (?:your )?exam|(?:start|continue|stop|increase) (?:the |your )?\w+.* (?:mg|milligrams)|come back in)/i;
const COMPLAINS = /\b(?:i(?:'ve| have) (?:been|had|got)|my (?:head|back|knee|stomach|chest|throat|leg|arm|pain)|it hurts|i feel|i take|i(?:'m| am) (?:allergic|taking|worried))\b/i;
const clinicianLike = (text: string, question: boolean): number => (question && ASKS.test(text) ? 1 : 0) + (PLANS.test(text) ? 2 : 0) - (COMPLAINS.test(text) && !question ? 1 : 0);

function language(index: SourceIndex): SourceFinding[] {
  const words = index.words.filter((w) => /\p{L}/u.test(w.text));
  if (words.length < FEWEST_WORDS) return [];
  const share = words.filter((w) => ENGLISH.has(w.text)).length / words.length;
  return share < ENGLISH_SHARE ? [{ kind: 'other_language', what: 'The source is not in English: names of drugs and negations are read in English only, so the checks say little.', spans: [] }] : [];
}

/** Two doses of one drug in the source: a change, or a contradiction; the reviewer knows which. */
function doses(index: SourceIndex): SourceFinding[] {
  const of = new Map<string, Map<string, { start: number; end: number }>>();
  for (const drug of index.drugs) {
    for (let i = Math.max(0, drug.from - 3); i <= Math.min(index.words.length - 2, drug.to + DOSE_REACH); i++) {
      const unit = unitOf(index.words[i + 1]);
      const value = Number(index.words[i]!.text.replaceAll(',', ''));
      if (!unit || !DOSE_UNITS.has(unit) || Number.isNaN(value) || index.words[i]!.utterance !== index.words[drug.from]!.utterance) continue;
      if (index.drugs.some((d) => d !== drug && Math.abs(d.from - i) < Math.abs(drug.from - i))) continue;
      const doses = of.get(drug.drugs[0]!) ?? new Map<string, { start: number; end: number }>();
      of.set(drug.drugs[0]!, doses.set(`${value} ${unit}`, { start: index.words[Math.min(i, drug.from)]!.start, end: index.words[Math.max(i + 1, drug.to)]!.end }));
    }
  }
  return [...of].filter(([, found]) => found.size > 1).map(([drug, found]) => ({ kind: 'contradiction', what: `${drug}: ${[...found.keys()].join(' and ')}`, spans: [...found.values()] }));
}

const NONE = /\b(?:nkda|no (?:known )?(?:drug )?allerg|not allergic to any|no allergies|doesn't have any allerg|don't have any allerg)/i;
const SOME = /\b(?:allergic to|allergy to|allergies to|allergy:)\s+(?!any\b|anything\b|none\b|no\b)\p{L}{3,}/iu;

function allergies(index: SourceIndex, source: string): SourceFinding[] {
  const of = (pattern: RegExp): { start: number; end: number }[] => index.utterances.filter((u) => !u.question && pattern.test(source.slice(u.start, u.end))).map(({ start, end }) => ({ start, end }));
  const [none, some] = [of(NONE), of(SOME)].map((spans) => spans.filter(({ start, end }) => !(NONE.test(source.slice(start, end)) && SOME.test(source.slice(start, end)))));
  return none!.length && some!.length ? [{ kind: 'contradiction', what: 'allergies: none in one place, some in another', spans: [none![0]!, some![0]!] }] : [];
}
