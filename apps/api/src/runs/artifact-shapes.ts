import { z } from 'zod';

const citation = z.object({ documentName: z.string(), page: z.number().nullable(), quote: z.string() });
const claim = z.object({ text: z.string(), citations: z.array(citation), support: z.string().optional() });
const comparison = z.object({ dimensions: z.array(z.string()).min(1), rows: z.array(z.object({ documentName: z.string(), cells: z.array(z.object({ dimension: z.string(), value: z.string().nullable(), citations: z.array(citation) })) })) });
const timeline = z.object({ events: z.array(z.object({ date: z.string(), until: z.string().nullable(), what: z.string(), citations: z.array(citation), conflictsWith: z.array(z.number()) })) });
const report = z.object({ sections: z.array(z.object({ heading: z.string(), claims: z.array(claim) })) });

export type Comparison = z.infer<typeof comparison>;
export type Timeline = z.infer<typeof timeline>;
export type Table = { head: string[]; rows: string[][] };

export const NOT_STATED = 'not stated';
export const readComparison = (content: unknown): Comparison | null => comparison.safeParse(content).data ?? null;
export const readTimeline = (content: unknown): Timeline | null => timeline.safeParse(content).data ?? null;

// Evidence is numbered by what it belongs to, counted through cells, events or claims in their order.

/** A table of documents by dimensions; each stated cell ends in the number of its evidence. */
export function comparisonOf(content: unknown): Table | null {
  const found = readComparison(content);
  if (!found) return null;
  let n = 0;
  return { head: ['Document', ...found.dimensions], rows: found.rows.map((r) => [r.documentName, ...r.cells.map((c) => (n++, c.value === null ? NOT_STATED : `${c.value} [${n}]`))]) };
}

/** A table of events; those that contradict each other name each other by their number. */
export function eventsOf(content: unknown): Table | null {
  const found = readTimeline(content);
  if (!found) return null;
  return { head: ['No.', 'Date', 'Event', 'Conflicts with'], rows: found.events.map((e, i) => [`${i + 1}`, spanOf(e), `${e.what} [${i + 1}]`, e.conflictsWith.map((c) => `${c + 1}`).join(', ')]) };
}

/** The sections of a report as running text, each sentence with the number of its evidence. */
export function sectionsOf(content: unknown): { heading: string; text: string }[] | null {
  const found = report.safeParse(content).data;
  if (!found) return null;
  let n = 0;
  return found.sections.map((s) => ({ heading: s.heading, text: s.claims.length ? s.claims.map((c) => `${c.text} [${++n}]`).join(' ') : 'Nothing was found for this section.' }));
}

const spanOf = (e: { date: string; until: string | null }): string => (e.until === null ? e.date : `${e.date} to ${e.until}`);
