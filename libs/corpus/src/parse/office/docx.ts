import type { ParsedPage } from '../parsed.js';
import { SectionWriter } from '../section-writer.js';
import { PackageParts } from './package-parts.js';
import { all, elements, find, type XmlNode } from './xml.js';

/** A Word document: paragraphs, headings by their styles, tables row by row, then footnotes. Deleted text is left out. */
export function parseDocx(bytes: Buffer): ParsedPage[] {
  const parts = new PackageParts(bytes);
  const main = parts.main();
  const levels = headingLevels(parts, main);
  const writer = new SectionWriter();
  const body = find(parts.xml(main), 'w:body');
  if (body) writeBlocks(writer, body, levels);
  for (const target of parts.relations(main).values()) if (/\/(?:footnotes|endnotes)\.xml$/.test(target) && parts.has(target)) writeNotes(writer, parts.xml(target));
  return [writer.page()];
}

function writeBlocks(writer: SectionWriter, parent: XmlNode, levels: Map<string, number>): void {
  for (const node of elements(parent)) {
    if (node.name === 'w:p') writeParagraph(writer, node, levels);
    else if (node.name === 'w:tbl') writer.block([...all(node, 'w:tr')].map(rowText).join('\n'));
    else if (node.name === 'w:sdt' || node.name === 'w:sdtContent') writeBlocks(writer, node, levels);
  }
}

function writeParagraph(writer: SectionWriter, p: XmlNode, levels: Map<string, number>): void {
  const text = runText(p);
  const properties = elements(p).find((n) => n.name === 'w:pPr');
  const style = properties && find(properties, 'w:pStyle')?.attributes['w:val'];
  const outline = properties && find(properties, 'w:outlineLvl')?.attributes['w:val'];
  const level = outline === undefined ? levels.get(style ?? '') : Number(outline) + 1;
  if (level !== undefined && level >= 1 && level <= 9) writer.heading(level, text);
  else writer.block(properties && find(properties, 'w:numPr') ? `- ${text}` : text);
}

const rowText = (row: XmlNode): string => elements(row).filter((c) => c.name === 'w:tc').map((cell) => [...all(cell, 'w:p')].map(runText).join(' ').trim()).join(' | ');

function writeNotes(writer: SectionWriter, root: XmlNode): void {
  for (const kind of ['w:footnote', 'w:endnote']) for (const note of all(root, kind)) writer.block([...all(note, 'w:p')].map(runText).join(' ').trim());
}

const SKIPPED = new Set(['w:del', 'w:moveFrom', 'w:instrText', 'w:pPr', 'w:rPr', 'mc:Fallback']);

function runText(node: XmlNode): string {
  return elements(node).map((n) => {
    if (n.name === 'w:t') return n.children.join('');
    if (n.name === 'w:tab') return '\t';
    if (n.name === 'w:br' || n.name === 'w:cr') return '\n';
    if (n.name === 'w:noBreakHyphen') return '-';
    return SKIPPED.has(n.name) ? '' : runText(n);
  }).join('');
}

/** Levels by style id: `heading 1` and its translations' ids, and styles with an outline level. */
function headingLevels(parts: PackageParts, main: string): Map<string, number> {
  const file = [...parts.relations(main).values()].find((t) => t.endsWith('/styles.xml'));
  const levels = new Map<string, number>();
  if (!file || !parts.has(file)) return levels;
  for (const style of all(parts.xml(file), 'w:style')) {
    const id = style.attributes['w:styleId'] ?? '';
    const name = find(style, 'w:name')?.attributes['w:val'] ?? '';
    const level = /^heading (\d)$/i.exec(name)?.[1] ?? (/^title$/i.test(name) ? '1' : null);
    const outline = find(style, 'w:outlineLvl')?.attributes['w:val'];
    if (level !== null) levels.set(id, Number(level));
    else if (outline !== undefined) levels.set(id, Number(outline) + 1);
  }
  return levels;
}
