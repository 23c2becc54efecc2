import type { ArtifactView, Evidence } from '#contracts';

/** An artifact as Markdown: its content in the order of its fields, then its evidence, each with where it stands. */
export function artifactMarkdown(a: ArtifactView): string {
  const evidence = a.evidence ?? [];
  const lines = [`# ${oneLine(a.title)}`, '', ...fields(a.content, 2)];
  if (evidence.length) lines.push('## Evidence', '', ...evidence.map(evidenceLine), '');
  lines.push(a.verified ? 'Every quotation was found on the page it names.' : 'The evidence has not been verified.');
  return `${lines.join('\n').replace(/\n{3,}/g, '\n\n').trim()}\n`;
}

function fields(value: unknown, depth: number): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return [...value.map((item) => `- ${inline(item)}`), ''];
  if (typeof value !== 'object') return [String(value), ''];
  return Object.entries(value).flatMap(([name, v]) => (isEmpty(v) ? [] : [`${'#'.repeat(Math.min(depth, 6))} ${headline(name)}`, '', ...fields(v, depth + 1)]));
}

function inline(value: unknown): string {
  if (value === null || typeof value !== 'object') return oneLine(String(value));
  if (Array.isArray(value)) return value.map(inline).join('; ');
  if (isCitation(value)) return `“${oneLine(value.quote)}” (${oneLine(placeOf(value))})`;
  return Object.entries(value)
    .filter(([name, v]) => !isEmpty(v) && !name.endsWith('Id'))
    .map(([name, v]) => (name === 'text' ? inline(v) : `${headline(name).toLowerCase()}: ${inline(v)}`))
    .join('; ');
}

type Citation = { documentName: string; page: number | null; quote: string };

function isCitation(value: object): value is Citation {
  return 'documentName' in value && 'quote' in value;
}

function placeOf(c: Citation): string {
  return c.page == null ? c.documentName : `${c.documentName}, page ${c.page}`;
}

function evidenceLine(e: Evidence): string {
  return `- [${e.claim}] “${oneLine(e.quote)}” (${oneLine(placeOf(e))}; ${e.verified ? 'verified' : 'not verified'})`;
}

function headline(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
