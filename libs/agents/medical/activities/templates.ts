import { noteSentences } from '#clinical';
import { TEMPLATES, type TemplateInput, type TemplateSection } from '../contract.js';

export type Template = { name: string; sections: readonly TemplateSection[] };

/** The template that an input asks for: a built-in one, one written out, or one learnt from example notes. */
export function templateOf(input: TemplateInput): Template {
  if (typeof input === 'string') return { name: input, sections: TEMPLATES[input]! };
  if ('learnFrom' in input) return { name: 'learnt', sections: learnTemplate(input.learnFrom) };
  return { name: input.name ?? 'own', sections: input.sections };
}

/** Headings that this share of the examples have. */
const COMMON = 0.5;
const MOST_SECTIONS = 24;
const LABEL = /^[ \t]*(?:#{1,6}[ \t]*|\*\*)?(\p{Lu}[\p{L} /&-]{2,48}?)(?:\*\*)?[ \t]*:(?:\*\*)?(?=\s|$)/gmu;
const CAPITALS = /^[ \t]*(?:#{1,6}[ \t]*)?([\p{Lu}][\p{Lu} /&()-]{3,60})[ \t]*$/gmu;
const MARKED = /^[ \t]*#{1,6}[ \t]+(.{3,60}?)[ \t]*$/gmu;

/** The headings that most examples share, in the order in which they mostly stand; what belongs in one is told by the built-in section it is named like. */
export function learnTemplate(examples: readonly string[]): TemplateSection[] {
  const found = new Map<string, { title: string; places: number[] }>();
  for (const example of examples) {
    for (const [key, { title, place }] of headingsOf(example)) {
      const so = found.get(key) ?? { title, places: [] };
      so.places.push(place);
      found.set(key, so);
    }
  }
  const common = [...found.values()].filter((h) => h.places.length >= Math.max(1, examples.length * COMMON));
  const mean = (h: { places: number[] }): number => h.places.reduce((sum, p) => sum + p, 0) / h.places.length;
  const sections = common.sort((a, b) => mean(a) - mean(b)).slice(0, MOST_SECTIONS).map(({ title }) => ({ title, about: aboutOf(title) }));
  return sections.length > 0 ? sections : [{ title: 'Note', about: 'all that the source says of the patient' }];
}

/** Headings of a note by their folded names, each where it stands in [0,1]. */
function headingsOf(note: string): Map<string, { title: string; place: number }> {
  const found = new Map<string, { title: string; place: number }>();
  const add = (raw: string, at: number): void => {
    const title = raw.trim().replace(/\s+/g, ' ');
    const key = title.toLowerCase().replace(/[^\p{L}]+/gu, ' ').trim();
    if (key !== '' && !found.has(key)) found.set(key, { title: title === title.toUpperCase() && title.length > 4 ? title.charAt(0) + title.slice(1).toLowerCase() : title, place: at / Math.max(1, note.length) });
  };
  for (const pattern of [MARKED, CAPITALS, LABEL]) for (const m of note.matchAll(pattern)) add(m[1]!, m.index);
  if (found.size === 0) for (const s of noteSentences(note)) if (s.heading) add(s.text.replace(/:$/, ''), s.start);
  return found;
}

const KNOWN: [RegExp, string][] = [
  [/complaint|reason for (?:visit|consult)|\bcc\b|presenting/i, 'why the patient came, in a few words'],
  [/history of present|\bhpi\b|present illness|genhx|subjective/i, 'how the present complaint began and went, symptoms, what the patient denies'],
  [/past|medical history|pmh|surgical|family|social/i, 'earlier illnesses, operations, family and social history'],
  [/medic(?:ation|ine)|drug/i, 'drugs with dose and how often'],
  [/allerg/i, 'allergies and reactions, or that there are none'],
  [/review of systems|\bros\b/i, 'symptoms asked for, by system, present or denied'],
  [/exam|vital|objective/i, 'what was found on examination, vital signs'],
  [/result|lab|imaging|investigation|data/i, 'laboratory values, imaging and other tests'],
  [/assessment|impression|diagnos|\bimp\b/i, 'what the clinician said the problem is, only as the clinician stated it'],
  [/plan|follow|instruction|disposition|recommend/i, 'what the clinician said is to be done: treatment, tests, referrals, follow-up'],
];

const aboutOf = (title: string): string => KNOWN.filter(([pattern]) => pattern.test(title)).map(([, about]) => about).join('; ');
