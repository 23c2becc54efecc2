import { conditionsIn } from './conditions.js';
import { unitOf } from './context.js';
import { negated } from './negation.js';
import { drugsIn } from './source-index.js';
import { noteSentences } from './note-sentences.js';
import { wordsOf } from './words.js';

/** A piece of a record that stands by itself: a note, a page, a resource. */
export type RecordPart = { name: string; text: string; page: number | null; date: string | null };
/** A sentence of a part; offsets are in its text. */
export type RecordPlace = { part: string; page: number | null; date: string | null; start: number; end: number; quote: string };

export type MedicationLine = { drug: string; statements: (RecordPlace & { dose: string | null; stopped: boolean })[]; /** Sources disagree: other doses, or stopped in one and not in another of the same day or later. */ conflict: 'dose' | 'stopped' | null };
export type ProblemLine = { problem: string; first: string | null; last: string | null; places: RecordPlace[] };
export type TimelineEntry = { date: string; precision: 'day' | 'month' | 'year'; place: RecordPlace };
export type RecordOverview = { problems: ProblemLine[]; timeline: TimelineEntry[]; medications: MedicationLine[] };

const MOST_PLACES = 12;
const MOST_ENTRIES = 400;
const STOPPED = /\b(?:stop(?:ped)?|discontinu\w*|no longer (?:takes|taking|on)|ceased|withheld|held|off)\b|, stopped\b|, completed\b/i;
const DOSE_UNITS = new Set(['mg', 'mcg', 'g', 'ml', 'unit']);
const DOSE_REACH = 6;

/** A record at a glance, by code alone: problems, dated events, and drugs with what each source says of them. Every line is a quotation. */
export function overviewOf(parts: readonly RecordPart[]): RecordOverview {
  const sentences = parts.flatMap((part) => noteSentences(part.text).filter((s) => !s.heading).map((s) => ({ part, place: { part: part.name, page: part.page, date: part.date, start: s.start, end: s.end, quote: s.text } satisfies RecordPlace })));
  return { problems: problemsOf(sentences), timeline: timelineOf(sentences), medications: medicationsOf(sentences) };
}

type Sentence = { part: RecordPart; place: RecordPlace };

function problemsOf(sentences: Sentence[]): ProblemLine[] {
  const found = new Map<string, RecordPlace[]>();
  for (const { place } of sentences) {
    const words = wordsOf(place.quote);
    const no = negated(words, place.quote);
    for (const c of conditionsIn(words)) {
      if (no[c.to]) continue;
      // The word before says which: "chronic sinusitis", "breast cancer".
      const kind = words[c.from - 1];
      const near = kind && kind.text.length > 3 && !/^(?:with|from|have|history|possible|known|recent|that|this|condition|diagnosed)$/.test(kind.text) && place.quote.slice(kind.end, words[c.from]!.start).trim() === '' ? `${kind.text} ${c.text}` : c.text;
      found.set(near, [...(found.get(near) ?? []), place]);
    }
  }
  const lines = [...found].map(([problem, places]): ProblemLine => {
    const dates = places.flatMap((p) => p.date ?? []).sort();
    return { problem, first: dates[0] ?? null, last: dates.at(-1) ?? null, places: places.slice(0, MOST_PLACES) };
  });
  return lines.sort((a, b) => b.places.length - a.places.length || a.problem.localeCompare(b.problem));
}

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const ISO = /\b((?:19|20)\d\d)-(\d\d)-(\d\d)\b/;
const WRITTEN = new RegExp(`\\b(?:(\\d{1,2})(?:st|nd|rd|th)? (?:of )?)?(${MONTHS.join('|')}),? (?:(\\d{1,2})(?:st|nd|rd|th)?,? )?((?:19|20)\\d\\d)\\b`, 'i');
const YEAR = /\b(?:in|since|from|until|during) ((?:19|20)\d\d)\b/i;

/** A sentence's own date, else its part's. */
function timelineOf(sentences: Sentence[]): TimelineEntry[] {
  const entries = sentences.flatMap(({ part, place }): TimelineEntry[] => {
    const own = dateIn(place.quote) ?? (part.date ? { date: part.date, precision: 'day' as const } : null);
    return own ? [{ ...own, place }] : [];
  });
  return entries.sort((a, b) => a.date.localeCompare(b.date)).slice(-MOST_ENTRIES);
}

function dateIn(text: string): { date: string; precision: TimelineEntry['precision'] } | null {
  const iso = ISO.exec(text);
  if (iso) return { date: iso[0], precision: 'day' };
  const written = WRITTEN.exec(text);
  if (written) {
    const day = written[1] ?? written[3];
    const month = `${written[4]}-${String(MONTHS.indexOf(written[2]!.toLowerCase()) + 1).padStart(2, '0')}`;
    return day ? { date: `${month}-${day.padStart(2, '0')}`, precision: 'day' } : { date: month, precision: 'month' };
  }
  const year = YEAR.exec(text);
  return year ? { date: year[1]!, precision: 'year' } : null;
}

function medicationsOf(sentences: Sentence[]): MedicationLine[] {
  const found = new Map<string, MedicationLine['statements']>();
  for (const { place } of sentences) {
    const words = wordsOf(place.quote);
    const no = negated(words, place.quote);
    if (/^allerg/i.test(place.quote)) continue;
    for (const drug of drugsIn(words)) {
      const name = drug.drugs[0]!;
      const dose = doseNear(words.map((w) => w.text), drug.to, (i) => unitOf(words[i]));
      const stopped = no[drug.from]! || STOPPED.test(place.quote);
      // A drug that is only talked of says nothing of what is taken.
      if (dose === null && !stopped && !/medication|tak(?:es|ing)|prescri|daily|tablet|start|continue/i.test(place.quote)) continue;
      found.set(name, [...(found.get(name) ?? []), { ...place, dose, stopped }]);
    }
  }
  return [...found].map(([drug, statements]) => ({ drug, statements: statements.slice(-MOST_PLACES), conflict: conflictOf(statements) })).sort((a, b) => Number(b.conflict !== null) - Number(a.conflict !== null) || a.drug.localeCompare(b.drug));
}

function doseNear(words: string[], from: number, unit: (i: number) => string | null): string | null {
  for (let i = from + 1; i <= Math.min(words.length - 2, from + DOSE_REACH); i++) {
    const u = unit(i + 1);
    if (/^\d/.test(words[i]!) && u && DOSE_UNITS.has(u)) return `${Number(words[i]!.replaceAll(',', ''))} ${u}`;
  }
  return null;
}

/** A page of a record counts as a source of its own: scans of many letters are one file. */
const sourceOf = ({ part, page }: RecordPlace): string => `${part} ${page ?? ''}`;

/** Doses of one drug that differ between sources, or one source that stops what another one goes on with. */
function conflictOf(statements: MedicationLine['statements']): MedicationLine['conflict'] {
  const taken = statements.filter((s) => !s.stopped);
  if (new Set(taken.flatMap((s) => s.dose ?? [])).size > 1 && new Set(taken.map(sourceOf)).size > 1) return 'dose';
  const stopped = statements.filter((s) => s.stopped);
  return stopped.some((s) => taken.some((t) => sourceOf(t) !== sourceOf(s) && (s.date === null || t.date === null || t.date >= s.date))) ? 'stopped' : null;
}
