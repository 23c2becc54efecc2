import { afterAll, describe, expect, it } from '@jest/globals';
import { pdfOf, pictureOf } from '../testing/pictures.js';
import { parseFile } from './index.js';
import { closeRecogniser } from './ocr.js';

const { signal } = new AbortController();
const LINES = ['Aspirin lowered the fever of most adults.', 'Nobody was harmed by the treatment.'];

describe('pictures of text', () => {
  afterAll(closeRecogniser);

  it('are read, with the part of the picture where it stands', async () => {
    const { mediaType, pages } = await parseFile('scan.png', pictureOf(LINES), signal);
    expect([mediaType, pages[0]!.page]).toEqual(['image/png', 1]);
    expect(pages[0]!.text.replace(/\s+/g, ' ')).toBe(LINES.join(' '));
    const { start, end, box } = pages[0]!.regions![0]!;
    expect(pages[0]!.text.slice(start, end)).toContain('Aspirin');
    for (const share of box) expect(share).toBeLessThanOrEqual(1);
    expect(box[0]).toBeLessThan(0.1);
  }, 30_000);

  it.each([1, 3])('are read when they lie on their side (%d quarters)', async (quarters) => {
    const { pages } = await parseFile('scan.png', pictureOf([...LINES, ...LINES], quarters), signal);
    expect(pages[0]!.text).toContain('Aspirin lowered the fever');
  }, 30_000);

  it('are read as pages of a PDF, among pages of text', async () => {
    const { pages } = await parseFile('mixed.pdf', await pdfOf(['The first page is a text of its own, in letters.', pictureOf(LINES)]), signal);
    expect(pages.map((p) => [p.page, p.regions !== undefined])).toEqual([[1, false], [2, true]]);
    expect(pages[1]!.text).toContain('Nobody was harmed');
  }, 30_000);

  it('say so where there is nothing to read', async () => {
    await expect(parseFile('blank.png', pictureOf([]), signal)).rejects.toMatchObject({ code: 'text_unrecognized' });
    // A PDF of such pictures is not the same as one of empty pages.
    await expect(parseFile('photo.pdf', await pdfOf([pictureOf([])]), signal)).rejects.toMatchObject({ code: 'text_unrecognized' });
    await expect(parseFile('blank.pdf', await pdfOf(['']), signal)).rejects.toMatchObject({ code: 'file_empty' });
  }, 30_000);
});
