/** What the shipped agents deliver, as far as it is shown here; a result of another shape is shown as JSON. */
export type Citation = { passageId: string; documentId: string; documentName: string; page: number | null; section: string | null; quote: string; /** The part of the page's picture where it was recognised. */ region?: number[] };
export type Claim = { text: string; citations: Citation[]; support?: string };
export type ResearchResult = {
  answer: string;
  claims: Claim[];
  choice?: string;
  found?: boolean;
  searched?: { query: string; added: number }[];
  coverage?: { documentId: string; documentName: string; passages: number; read: number; used: boolean; why: string | null }[];
  dimensions?: string[];
  rows?: { documentId: string; documentName: string; cells: { dimension: string; value: string | null; citations: Citation[] }[] }[];
  contradictions?: { a: Claim; b: Claim; kind: string; why: string; severity: string }[];
  cards?: { question: string; answer: string; citations: Citation[] }[];
  events?: { date: string; precision: string; until: string | null; what: string; citations: Citation[]; conflictsWith: number[] }[];
  sections?: { heading: string; claims: Claim[] }[];
};
type Tests = { exitCode: number | null; passed: number; failed: number };
export type CodingResult = { status: string; summary: string; testCommand: string | null; before: Tests | null; after: Tests | null; files: { path: string; status: string; added: number; removed: number }[]; flagged: string[]; base: string; commit: string; commits: { commit: string; step: number }[]; branch: string; notes: string[]; patch: string };
export type TurnResult = { turnId: string; version: number; ok: boolean; code: string; summary: string; rolls: { notation: string; total: number; purpose?: string }[]; telling: string; corrected: boolean };

const has = (value: unknown, ...names: string[]): boolean => typeof value === 'object' && value !== null && names.every((name) => name in value);
export const isResearch = (value: unknown): value is ResearchResult => has(value, 'answer', 'claims');
export const isCoding = (value: unknown): value is CodingResult => has(value, 'patch', 'files', 'status');
export const isTurn = (value: unknown): value is TurnResult => has(value, 'telling', 'rolls');

/** All citations of a result by number, each once, in the order in which they are met. */
export class Numbers {
  readonly all: Citation[] = [];
  private readonly known = new Map<string, number>();

  of(citation: Citation): number {
    const key = `${citation.passageId}\n${citation.quote}`;
    const known = this.known.get(key) ?? this.all.push(citation);
    this.known.set(key, known);
    return known;
  }
}

/** A passage in three parts, the middle one being the quotation; white space may differ between the two. */
export function around(text: string, quote: string): [string, string, string] {
  const form = quote.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+');
  const found = form === '' ? null : new RegExp(form).exec(text);
  return found ? [text.slice(0, found.index), found[0], text.slice(found.index + found[0].length)] : [text, '', ''];
}
