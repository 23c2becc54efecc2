import { type ParsedPage, type Section } from '../parsed.js';
import { PackageParts } from './package-parts.js';
import { all, elements, find, type XmlNode } from './xml.js';

/** A presentation: a page a slide, in the order of the show, under the slide's title; tables row by row, notes last. */
export function parsePptx(bytes: Buffer): ParsedPage[] {
  const parts = new PackageParts(bytes);
  const main = parts.main();
  const relations = parts.relations(main);
  const slides = [...all(parts.xml(main), 'p:sldId')].map((s) => relations.get(s.attributes['r:id'] ?? '')).filter((s) => s !== undefined && parts.has(s));
  return slides.map((slide, i) => slidePage(parts, slide!, i + 1));
}

function slidePage(parts: PackageParts, file: string, page: number): ParsedPage {
  const root = parts.xml(file);
  const shapes = [...all(root, 'p:sp')];
  const title = shapes.find((s) => /title/i.test(find(s, 'p:ph')?.attributes['type'] ?? ''));
  const titleText = title ? paragraphs(title).replace(/\s+/g, ' ').trim() : '';
  const blocks = [...shapes.filter((s) => s !== title).map(paragraphs), ...[...all(root, 'a:tbl')].map(tableText)];
  const notes = [...parts.relations(file).values()].find((t) => /notesSlide\d*\.xml$/.test(t));
  if (notes && parts.has(notes)) blocks.push(...[...all(parts.xml(notes), 'p:sp')].filter((s) => find(s, 'p:ph')?.attributes['type'] === 'body').map(paragraphs));
  const body = blocks.map((b) => b.trim()).filter((b) => b !== '').join('\n\n');
  const start = titleText === '' || body === '' ? 0 : titleText.length + 2;
  const text = [titleText, body].filter((t) => t !== '').join('\n\n');
  const section: Section = { title: titleText || null, start, end: text.length };
  return { page, text, sections: [section] };
}

const paragraphs = (shape: XmlNode): string => [...all(shape, 'a:p')].map(runs).join('\n');
const tableText = (table: XmlNode): string => [...all(table, 'a:tr')].map((row) => [...all(row, 'a:tc')].map((c) => paragraphs(c).replace(/\s+/g, ' ').trim()).join(' | ')).join('\n');

function runs(node: XmlNode): string {
  return elements(node).map((n) => (n.name === 'a:t' ? n.children.join('') : n.name === 'a:br' ? '\n' : runs(n))).join('');
}
