import type { ArtifactView, Evidence } from '#contracts';
import { clinicalNoteBlocks } from './clinical-note-blocks.js';
import { comparisonOf, eventsOf, sectionsOf } from './artifact-shapes.js';

/** What an artifact is made of wherever it is written to: Markdown, HTML, Word. */
export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] };

/** An artifact's content in the order of its fields, then its evidence, each with where it stands. A number in brackets is that of the evidence. */
export function artifactBlocks(a: ArtifactView): Block[] {
  const note = clinicalNoteBlocks(a);
  if (note) return note;
  const evidence = a.evidence ?? [];
  return [
    heading(1, oneLine(a.title)),
    ...contentBlocks(a.content),
    ...(evidence.length ? [heading(2, 'Evidence'), list(evidence.map(evidenceLine))] : []),
    paragraph(a.verified ? 'Every quotation was found on the page it names.' : 'The evidence has not been verified.'),
  ];
}

/** Tables and sections come as such; the rest of the fields as they are. */
function contentBlocks(content: unknown): Block[] {
  const [comparison, events, sections] = [comparisonOf(content), eventsOf(content), sectionsOf(content)];
  if (comparison) return [table(comparison.head, comparison.rows), ...others(content, ['answer', 'dimensions', 'rows'])];
  if (events) return [table(events.head, events.rows), ...others(content, ['answer', 'events'])];
  if (sections) return [...sections.flatMap((s) => [heading(2, oneLine(s.heading)), paragraph(s.text)]), ...others(content, ['answer', 'sections'])];
  return fields(content, 2);
}

function others(content: unknown, told: string[]): Block[] {
  return fields(Object.fromEntries(Object.entries(content as object).filter(([name]) => !told.includes(name))), 2);
}

function fields(value: unknown, depth: number): Block[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return [list(value.map(inline))];
  if (typeof value !== 'object') return [paragraph(String(value))];
  return Object.entries(value).flatMap(([name, v]) => (isEmpty(v) ? [] : [heading(Math.min(depth, 6), headline(name)), ...fields(v, depth + 1)]));
}

function inline(value: unknown): string {
  if (value === null || typeof value !== 'object') return oneLine(String(value));
  if (Array.isArray(value)) return value.map(inline).join('; ');
  if (isCitation(value)) return `“${oneLine(value.quote)}” (${placeOf(value)})`;
  return Object.entries(value)
    .filter(([name, v]) => !isEmpty(v) && !name.endsWith('Id'))
    .map(([name, v]) => (name === 'text' ? inline(v) : `${headline(name).toLowerCase()}: ${inline(v)}`))
    .join('; ');
}

type Citation = { documentName: string; page: number | null; quote: string };

function isCitation(value: object): value is Citation {
  return 'documentName' in value && 'quote' in value;
}

export function placeOf(c: { documentName: string; page: number | null }): string {
  return oneLine(c.page == null ? c.documentName : `${c.documentName}, page ${c.page}`);
}

function evidenceLine(e: Evidence): string {
  return `[${e.claim}] “${oneLine(e.quote)}” (${placeOf(e)}; ${e.verified ? 'verified' : 'not verified'})`;
}

function headline(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const heading = (level: number, text: string): Block => ({ kind: 'heading', level, text });
const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
const list = (items: string[]): Block => ({ kind: 'list', items });
const table = (head: string[], rows: string[][]): Block => ({ kind: 'table', head, rows });
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
