import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import PDFDocument from 'pdfkit';
import type { HoldfastError } from '#contracts';
import { parseFile } from './index.js';

const read = (name: string, bytes: Buffer | string) => parseFile(name, Buffer.from(bytes as string), new AbortController().signal);
const codeOf = (reading: Promise<unknown>): Promise<string> => reading.then(() => 'read', (error: HoldfastError) => error.code);

async function pdf(pages: string[], options: PDFKit.PDFDocumentOptions = {}): Promise<Buffer> {
  const document = new PDFDocument({ autoFirstPage: false, ...options });
  const parts: Buffer[] = [];
  document.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise((resolve) => document.on('end', resolve));
  for (const text of pages) document.addPage().text(text, { width: 300 });
  document.end();
  await ended;
  return Buffer.concat(parts);
}

describe('PDF', () => {
  it('gives each page its number and leaves empty ones out', async () => {
    const parsed = await read('a.pdf', await pdf(['The first page.', '', 'The third page.']));
    expect(parsed.mediaType).toBe('application/pdf');
    expect(parsed.pages.map((p) => [p.page, p.text])).toEqual([[1, 'The first page.'], [3, 'The third page.']]);
  });

  it('joins lines to running text, words parted at a line’s end and paragraphs apart', async () => {
    const parsed = await read('a.pdf', await pdf(['A signifi-\ncant reduction was\nfound in 5-\n10 cases.\n\n\nAnother paragraph.']));
    expect(parsed.pages[0]!.text).toBe('A significant reduction was found in 5-10 cases.\n\nAnother paragraph.');
  });

  it('keeps a heading apart from the text below it', async () => {
    const { pages } = await read('studies.pdf', await readFile(new URL('../../../../samples/documents/clinical-studies.pdf', import.meta.url)));
    const text = pages.map((p) => p.text).join('\n\n');
    expect(text).toMatch(/\n\nConclusion\n\nVitamin C reduces the prevalence of complex regional pain syndrome after wrist fractures\./);
    expect(text).toContain('416 patients with 427 wrist fractures were randomly allocated');
  });

  it('is told by its bytes, not by its name', async () => {
    expect((await read('upload', await pdf(['Some text.']))).mediaType).toBe('application/pdf');
  });

  it('says why one cannot be read', async () => {
    const whole = await pdf(['Some text.']);
    expect(await codeOf(read('a.pdf', await pdf(['Secret.'], { userPassword: 'x' })))).toBe('file_encrypted');
    expect(await codeOf(read('a.pdf', '%PDF-1.7\nnothing that follows is a PDF'))).toBe('file_unreadable');
    expect(await codeOf(read('a.pdf', whole.subarray(0, 60)))).toBe('file_unreadable');
    expect(await codeOf(read('a.pdf', Buffer.from([0, 1, 2, 3])))).toBe('file_unreadable');
    expect(await codeOf(read('a.pdf', await pdf([''])))).toBe('file_empty');
  });
});

describe('Markdown', () => {
  const source = `---
title: not text
---
# Trial

Intro with **bold**, a [link](https://example.org) and \`code\`,
on two lines.<!-- hidden -->

## Methods

- first
- second

| a | b |
|---|---|
| 1 | 2 |

## Results

None.
`;

  it('keeps what its readers see, with the path of titles', async () => {
    const [page] = (await read('a.md', source)).pages;
    expect(page!.page).toBe(0);
    expect(page!.sections.map((s) => [s.title, page!.text.slice(s.start, s.end)])).toEqual([
      ['Trial', 'Intro with bold, a link and code, on two lines.'],
      ['Trial > Methods', '- first\n- second\n\na | b\n1 | 2'],
      ['Trial > Results', 'None.'],
    ]);
  });

  it('reads titles alone as text, and nothing as empty', async () => {
    const [page] = (await read('a.md', '# Only\n\n# Titles')).pages;
    expect(page!.sections).toEqual([{ title: null, start: 0, end: page!.text.length }]);
    expect(await codeOf(read('a.md', '<!-- nothing -->\n'))).toBe('file_empty');
  });
});

describe('HTML', () => {
  it('keeps the readable text with its titles', async () => {
    const [page] = (await read('a.html', '<html><head><title>x</title><script>no()</script></head><body><nav>no</nav><h1>Trial &amp; error</h1><p>One <a href="x">two</a>.</p><h2>Results</h2><ul><li>three</li></ul><table><tr><th>Arm</th><td>4</td></tr></table></body></html>')).pages;
    expect(page!.sections.map((s) => [s.title, page!.text.slice(s.start, s.end).replace(/ +/g, ' ')])).toEqual([
      ['Trial & error', 'One two.'],
      ['Trial & error > Results', '- three\n\nArm 4'],
    ]);
  });

  it('heeds the character set that it declares', async () => {
    expect((await read('a.html', Buffer.from('<meta charset="iso-8859-1"><p>M\xe9ni\xe8re</p>', 'latin1'))).pages[0]!.text).toBe('Ménière');
  });
});

describe('text', () => {
  it.each([
    ['UTF-8 with a mark', Buffer.from('\ufeffMénière')],
    ['UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Ménière', 'utf16le')])],
    ['Windows-1252', Buffer.from('M\xe9ni\xe8re', 'latin1')],
  ])('reads %s', async (_what, bytes) => expect((await read('a.txt', bytes)).pages).toEqual([{ page: 0, text: 'Ménière', sections: [{ title: null, start: 0, end: 7 }] }]));

  it('refuses what is no text or has none', async () => {
    expect(await codeOf(read('a.bin', Buffer.from([1, 0, 2])))).toBe('file_unreadable');
    expect(await codeOf(read('a.txt', ' \n\t '))).toBe('file_empty');
    expect(await codeOf(read('a.txt', ''))).toBe('file_empty');
  });
});
