import { type ParsedPage } from '../parsed.js';
import { PackageParts } from './package-parts.js';
import { all, elements, find, textOf, type XmlNode } from './xml.js';

/** A sheet has its header again before so many rows, so that a passage's numbers keep their names. */
const ROWS_A_BLOCK = 20;
/** Days before 1 January 1970 in the count that starts with 1900, its leap year that was none included. */
const EPOCH_DAYS = 25_569;

/** A workbook: a page a sheet under its name, a line a row, cells apart by ` | `; dates as dates, formulas as their values. */
export function parseXlsx(bytes: Buffer): ParsedPage[] {
  const parts = new PackageParts(bytes);
  const main = parts.main();
  const relations = parts.relations(main);
  const strings = sharedStrings(parts, relations);
  const dates = dateStyles(parts, relations);
  return [...all(parts.xml(main), 'sheet')].map((sheet, i) => {
    const file = relations.get(sheet.attributes['r:id'] ?? '');
    const rows = file && parts.has(file) ? rowsOf(parts.xml(file), strings, dates) : [];
    const text = blocksOf(rows);
    return { page: i + 1, text, sections: [{ title: sheet.attributes['name'] ?? null, start: 0, end: text.length }] };
  });
}

function blocksOf(rows: string[]): string {
  const [header, ...rest] = rows;
  if (header === undefined) return '';
  if (rest.length === 0) return header;
  const blocks = Array.from({ length: Math.ceil(rest.length / ROWS_A_BLOCK) }, (_, i) => [header, ...rest.slice(i * ROWS_A_BLOCK, (i + 1) * ROWS_A_BLOCK)].join('\n'));
  return blocks.join('\n\n');
}

function rowsOf(root: XmlNode, strings: string[], dates: Set<number>): string[] {
  return [...all(root, 'row')].map((row) => [...all(row, 'c')].map((c) => cellText(c, strings, dates)).join(' | ')).filter((line) => /[^|\s]/.test(line));
}

function cellText(cell: XmlNode, strings: string[], dates: Set<number>): string {
  const value = elements(cell).find((n) => n.name === 'v');
  const raw = value ? textOf(value) : '';
  const type = cell.attributes['t'];
  if (type === 's') return strings[Number(raw)] ?? '';
  if (type === 'inlineStr') return clean([...all(cell, 't')].map(textOf).join(''));
  if (type === 'b') return raw === '1' ? 'true' : 'false';
  if (raw !== '' && (type === undefined || type === 'n') && dates.has(Number(cell.attributes['s']))) return dateOf(Number(raw));
  return clean(raw);
}

function sharedStrings(parts: PackageParts, relations: Map<string, string>): string[] {
  const file = [...relations.values()].find((t) => t.endsWith('/sharedStrings.xml'));
  if (!file || !parts.has(file)) return [];
  return [...all(parts.xml(file), 'si')].map((si) => clean(elements(si).map((n) => (n.name === 't' ? textOf(n) : n.name === 'r' ? [...all(n, 't')].map(textOf).join('') : '')).join('')));
}

/** Indices of cell styles whose numbers are dates: built-in formats 14 to 22, and own ones with a year or a day in them. */
function dateStyles(parts: PackageParts, relations: Map<string, string>): Set<number> {
  const file = [...relations.values()].find((t) => t.endsWith('/styles.xml'));
  if (!file || !parts.has(file)) return new Set();
  const root = parts.xml(file);
  const own = new Set([...all(root, 'numFmt')].filter((f) => /y|d/i.test((f.attributes['formatCode'] ?? '').replace(/"[^"]*"|\[[^\]]*\]/g, ''))).map((f) => Number(f.attributes['numFmtId'])));
  const styles = find(root, 'cellXfs');
  const isDate = (x: XmlNode): boolean => { const id = Number(x.attributes['numFmtId']); return (id >= 14 && id <= 22) || own.has(id); };
  return new Set(styles ? [...all(styles, 'xf')].flatMap((x, i) => (isDate(x) ? [i] : [])) : []);
}

function dateOf(days: number): string {
  const at = new Date(Math.round((days - EPOCH_DAYS) * 86_400_000));
  if (Number.isNaN(at.getTime())) return String(days);
  return Number.isInteger(days) ? at.toISOString().slice(0, 10) : at.toISOString().slice(0, 16).replace('T', ' ');
}

const clean = (text: string): string => text.replace(/\s+/g, ' ').trim();
