import { describe, expect, it } from '@jest/globals';
import { docx, epub, pptx, xlsx } from '../testing/office-files.js';
import { writeZip } from '../zip/write-zip.js';
import { readZip } from '../zip/read-zip.js';
import { parseFile } from './index.js';

const { signal } = new AbortController();
const parse = (name: string, bytes: Buffer | string) => parseFile(name, Buffer.from(bytes as Buffer), signal);
const failure = (name: string, bytes: Buffer | string) => parse(name, bytes).then(() => null, (e: { code: string }) => e.code);

describe('Office files and books', () => {
  it('reads Word with headings, tables and without what was deleted', async () => {
    const { pages } = await parse('trial.docx', docx([{ text: 'Methods', style: 'H1' }, { text: 'Patients were &lt;18&gt; years old.' }]));
    expect(pages).toEqual([{ page: 0, text: 'Methods\n\nPatients were <18> years old.\n\nDose | 500 mg', sections: [{ title: 'Methods', start: 9, end: 53 }] }]);
  });

  it('reads slides in the order of the show, each a page under its title', async () => {
    const { pages } = await parse('talk.pptx', pptx([{ title: 'One', text: 'First.' }, { title: 'Two', text: 'Second.' }]));
    expect(pages.map((p) => [p.page, p.text, p.sections[0]!.title])).toEqual([[1, 'One\n\nFirst.', 'One'], [2, 'Two\n\nSecond.', 'Two']]);
  });

  it('reads sheets row by row, repeats the header and tells dates from numbers', async () => {
    const { pages } = await parse('doses.xlsx', xlsx('Doses', [['Day', 'Drug'], [45_292, 'Aspirin'], ...Array.from({ length: 25 }, (_, i) => ['', `Drug ${i}`])]));
    expect(pages[0]!.text.split('\n').slice(0, 2)).toEqual(['Day | Drug', '2024-01-01 | Aspirin']);
    expect(pages[0]!.text.match(/Day \| Drug/g)).toHaveLength(2);
    expect(pages[0]!.sections[0]!.title).toBe('Doses');
  });

  it('reads a book chapter by chapter', async () => {
    const { pages } = await parse('book.epub', epub(['It began.', 'It ended.']));
    expect(pages.map((p) => [p.page, p.text])).toEqual([[1, 'Chapter 1\n\nIt began.'], [2, 'Chapter 2\n\nIt ended.']]);
  });

  it('reads a chapter whose name has a percent sign that escapes nothing', async () => {
    const { pages } = await parse('book.epub', epub(['All of it.'], () => ({ file: '100%.xhtml', href: '100%.xhtml' })));
    expect(pages.map((p) => p.text)).toEqual(['Chapter 1\n\nAll of it.']);
  });

  it('tells the format by the bytes, whatever the name says', async () => {
    expect((await parse('trial.pdf', docx([{ text: 'Text.' }]))).mediaType).toMatch(/wordprocessingml/);
    expect((await parse('page.txt', '<!DOCTYPE html><p>Text.</p>')).mediaType).toBe('text/html');
    expect((await parse('table.xlsx', 'Just a text.')).mediaType).toBe('text/plain');
  });

  it.each([
    ['an old or encrypted document', 'a.doc', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]), 'file_unreadable'],
    ['an encrypted document', 'a.docx', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from('EncryptedPackage', 'utf16le')]), 'file_encrypted'],
    ['a document that is cut off', 'a.docx', docx([{ text: 'x' }]).subarray(0, 200), 'file_unreadable'],
    ['a document without its document', 'a.docx', writeZip([{ name: '[Content_Types].xml', body: '' }, { name: 'word/x.xml', body: '' }]), 'file_unreadable'],
    ['a picture that is cut off', 'a.png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'file_unreadable'],
    ['an archive of nothing', 'a.zip', writeZip([]), 'file_empty'],
    ['bytes that are no text', 'a.bin', Buffer.alloc(100), 'file_unreadable'],
  ])('says what %s is', async (_what, name, bytes, code) => expect(await failure(name, bytes)).toBe(code));
});

describe('archives', () => {
  const inner = async (files: Parameters<typeof writeZip>[0]) => (await parse('all.zip', writeZip(files))).inner!.map((f) => [f.name, 'refused' in f ? f.refused.code : f.bytes.toString()]);

  it('gives its readable files, and the others their reasons', async () => {
    expect(await inner([
      { name: 'a/notes.txt', body: 'Text.' },
      { name: '../../etc/passwd.txt', body: 'Out.' },
      { name: '/root.txt', body: 'Out.' },
      { name: 'c:\\evil.txt', body: 'Out.' },
      { name: 'inner.zip', body: writeZip([]) },
      { name: 'program.exe', body: 'x' },
      { name: '__MACOSX/._notes.txt', body: 'x' },
    ])).toEqual([['a/notes.txt', 'Text.'], ['../../etc/passwd.txt', 'archive_unsafe'], ['/root.txt', 'archive_unsafe'], ['c:/evil.txt', 'archive_unsafe'], ['inner.zip', 'archive_unsafe']]);
  });

  it('does not unpack a bomb, declared or not', async () => {
    const zeros = writeZip([{ name: 'bomb.txt', body: Buffer.alloc(40 << 20) }]);
    expect(await failure('bomb.zip', zeros)).toBe('archive_bomb');
    const lying = Buffer.from(writeZip([{ name: 'bomb.txt', body: Buffer.alloc(1 << 20) }]));
    lying.writeUInt32LE(10, lying.lastIndexOf('PK\x01\x02', undefined, 'latin1') + 24);
    expect(() => readZip(lying)[0]!.read()).toThrow(expect.objectContaining({ code: 'archive_bomb' }));
    expect(await failure('many.zip', writeZip(Array.from({ length: 10_001 }, (_, i) => ({ name: `${i}.txt`, body: '' }))))).toBe('archive_bomb');
  });

  it('keeps names and bytes through writing and reading', () => {
    const files = [{ name: 'ü/ñ.txt', body: 'é'.repeat(1_000) }, { name: 'empty.txt', body: '' }];
    expect(readZip(writeZip(files)).map((e) => [e.name, e.read().toString()])).toEqual(files.map((f) => [f.name, f.body]));
  });
});
