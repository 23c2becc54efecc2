import { describe, expect, it } from '@jest/globals';
import PDFDocument from 'pdfkit';
import { passagesOf } from '../passages.js';
import { parseFile } from './index.js';
import { sectionsOf } from './pdf-outline.js';

const LONG = 'Vitamin C lowered the pain of most patients in this trial. '.repeat(25).trim();

/** Two pages with headings, and the outline that names them; `titles` are what it calls them. */
async function paper(titles: [string, string, string]): Promise<Buffer> {
  const document = new PDFDocument({ autoFirstPage: false });
  const parts: Buffer[] = [];
  document.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise((resolve) => document.on('end', resolve));
  const page = (texts: string[]): void => {
    document.addPage();
    for (const text of texts) document.text(text, { width: 450 }).moveDown(2);
  };
  page(['Of the first page', '1 Methods', LONG, '1.1 Patients', LONG]);
  const methods = document.outline.addItem(titles[0]);
  methods.addItem(titles[1]);
  page([LONG, 'Results', LONG]);
  document.outline.addItem(titles[2]);
  document.end();
  await ended;
  return Buffer.concat(parts);
}

describe('the outline of a PDF', () => {
  it('names the sections that passages stand in, through its pages', async () => {
    const { pages } = await parseFile('a.pdf', await paper(['Methods\u0000', 'Patients', 'Results']), new AbortController().signal);
    expect(pages.map((p) => p.sections.map((s) => [s.title, p.text.slice(s.start, s.start + 12)]))).toEqual([
      [[null, 'Of the first'], ['Methods', 'Vitamin C lo'], ['Methods > Patients', 'Vitamin C lo']],
      [['Methods > Patients', 'Vitamin C lo'], ['Results', 'Vitamin C lo']],
    ]);
    const passages = passagesOf(pages);
    expect(new Set(passages.map((p) => p.section))).toEqual(new Set([null, 'Methods', 'Methods > Patients', 'Results']));
    for (const p of passages) expect(pages[p.page - 1]!.text.slice(p.pageStart, p.pageStart + p.text.length)).toBe(p.text);
  });

  it('holds from the next page on where a heading does not stand as it is called', async () => {
    const { pages } = await parseFile('a.pdf', await paper(['Means', 'People', 'Results']), new AbortController().signal);
    expect(pages.map((p) => p.sections.map((s) => s.title))).toEqual([[null], ['Means > People', 'Results']]);
  });

  it('is no heading where a sentence has its words', () => {
    const text = 'The results are shown below.\n\nResults\n\nNone.';
    expect(sectionsOf(2, text, [{ page: 2, title: 'Results', path: 'Results' }]).map((s) => [s.title, text.slice(s.start, s.end)])).toEqual([[null, 'The results are shown below.\n\n'], ['Results', 'None.']]);
    expect(sectionsOf(2, '', [])).toEqual([{ title: null, start: 0, end: 0 }]);
  });
});
