import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ERROR_CODES, type HoldfastError } from '#contracts';
import { PROJECT_ROOT } from '#platform';
import { READABLE_ENDINGS, parseFile } from './index.js';
import { closeRecogniser } from './ocr.js';

/** Public collections of hard files, where they lie beside the project; larger files take longer and show no more. */
const DATA = join(PROJECT_ROOT, '../shared/data');
const LARGEST = 30_000;
const files = ['pdf-edge-cases', 'ocr-images'].flatMap((name) => below(join(DATA, name)));

function below(folder: string): string[] {
  const names = existsSync(folder) ? (readdirSync(folder, { recursive: true }) as string[]) : [];
  return names.map((n) => join(folder, n)).filter((f) => READABLE_ENDINGS.includes(extname(f)) && !/\.(?:md|txt)$/.test(f) && statSync(f).size <= LARGEST);
}

const outcome = (name: string, bytes: Buffer): Promise<string> => parseFile(name, bytes, new AbortController().signal).then(
  ({ pages }) => pages.map((p) => p.text).join('\n\n'),
  (error: HoldfastError) => {
    // Anything else would end the file's activity, and have it tried again.
    expect(Object.keys(ERROR_CODES)).toContain(error.code);
    return error.code;
  },
);

(files.length ? describe : describe.skip)('hard files of public collections', () => {
  afterAll(closeRecogniser);

  it('are read, or refused by name: what needs a password, and pictures without words', async () => {
    const outcomes = new Map<string, string>();
    for (const file of files) outcomes.set(basename(file), await outcome(basename(file), readFileSync(file)));
    const refused = [...outcomes].filter(([, text]) => text in ERROR_CODES);
    for (const [name, code] of refused) expect([name, code]).toEqual([name, /password/.test(name) ? 'file_encrypted' : 'text_unrecognized']);
    expect(refused.map(([name]) => name).filter((name) => !/password|image|chinese/.test(name))).toEqual([]);
    for (const [name, text] of outcomes) if (/^simple\./.test(name)) expect([name, text]).toEqual([name, 'Tesseract.js']);
  }, 120_000);

  it('are refused by name, or read as far as they go, where they are cut off in the middle', async () => {
    for (const file of files.filter((f) => f.endsWith('.pdf'))) {
      const bytes = readFileSync(file);
      await outcome(basename(file), bytes.subarray(0, bytes.length >> 1));
    }
  }, 120_000);
});
