import type { ArtifactView } from '#contracts';
import { oneLine, placeOf } from './artifact-blocks.js';
import { NOT_STATED, readComparison, readTimeline } from './artifact-shapes.js';

type Cited = { documentName: string; page: number | null; quote: string };

/** The table of a comparison or a timeline, each value beside its sources; of any other artifact its evidence. RFC 4180. */
export function artifactCsv(a: ArtifactView): string {
  return csvRows(a).map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function csvRows(a: ArtifactView): string[][] {
  const comparison = readComparison(a.content);
  if (comparison) {
    const head = ['document', ...comparison.dimensions.flatMap((d) => [d, `${d}: source`])];
    return [head, ...comparison.rows.map((r) => [r.documentName, ...r.cells.flatMap((c) => [c.value ?? NOT_STATED, sources(c.citations)])])];
  }
  const timeline = readTimeline(a.content);
  if (timeline) {
    const rows = timeline.events.map((e, i) => [`${i + 1}`, e.date, e.until ?? '', e.what, sources(e.citations), e.conflictsWith.map((c) => `${c + 1}`).join(' ')]);
    return [['number', 'date', 'until', 'event', 'source', 'conflicts with'], ...rows];
  }
  return [['claim', 'document', 'page', 'quotation', 'verified'], ...(a.evidence ?? []).map((e) => [`${e.claim}`, e.documentName, e.page === null ? '' : `${e.page}`, e.quote, e.verified ? 'yes' : 'no'])];
}

const sources = (citations: Cited[]): string => citations.map((c) => `“${oneLine(c.quote)}” (${placeOf(c)})`).join('; ');

/** A spreadsheet runs what begins like a formula; numbers with a sign are left as they are. */
function cell(text: string): string {
  const shown = /^(?:[=@\t\r]|[+-](?!\d))/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(shown) ? `"${shown.replace(/"/g, '""')}"` : shown;
}
