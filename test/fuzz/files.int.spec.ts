import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { isErrorCode } from '#contracts';
import { pdfOf } from '../../libs/corpus/src/testing/pictures.js';
import { mutated } from './mutate.js';
import { Random } from './random.js';
import { type SampleFile, sampleFiles } from './sample-files.js';
import { WatchedReader } from './watched-reader.js';

/** Where no time is given the rounds are counted, so that every machine reads the same files. */
const ROUNDS = process.env['HOLDFAST_FUZZ_SECONDS'] === undefined ? 30 : Infinity;
const SECONDS = Number(process.env['HOLDFAST_FUZZ_SECONDS'] ?? 120);
const SEED = Number(process.env['HOLDFAST_FUZZ_SEED'] ?? 1);
const ONLY = process.env['HOLDFAST_FUZZ_ONLY'];
/** One in so many rounds reads pictures too. */
const SLOW_EVERY = 4;
jest.setTimeout((SECONDS + 180) * 1_000);

const named = (outcome: string): boolean => outcome === 'read' || outcome === 'refused' || isErrorCode(outcome);

describe('files of every format with something changed', () => {
  const reader = new WatchedReader();
  afterAll(() => reader.stop());
  const files: Promise<SampleFile[]> = sampleFiles().then((all) => all.filter((f) => !ONLY || f.name.includes(ONLY)));

  it('are read as they are', async () => {
    const outcomes: Record<string, string> = {};
    for (const file of await files) outcomes[file.name] = await reader.read(file);
    expect(Object.entries(outcomes).filter(([, outcome]) => outcome !== 'read')).toEqual(Object.entries(AS_THEY_ARE).filter(([name]) => name in outcomes));
  });

  it('leave the reader running where a PDF has pages that are not where its table says', async () => {
    const broken = withPagesMisplaced(await pdfOf(['One.', 'Two.', 'Three.']));
    for (let i = 0; i < 3; i++) expect(await reader.read({ reader: 'document', name: 'misplaced.pdf', bytes: broken })).toBe('read');
  });

  it('have a named outcome each: no crash, no hang, no error that nobody named', async () => {
    const counts: Record<string, number> = {};
    const bad: string[] = [];
    const deadline = Date.now() + SECONDS * 1_000;
    for (let round = 0; round < ROUNDS && Date.now() < deadline; round++) {
      for (const file of await files) {
        if (file.slow && round % SLOW_EVERY !== 0) continue;
        // The file's own numbers, so that one can be made again alone.
        const seed = SEED * 1_000_003 + round * 1_009 + [...file.name].reduce((n, c) => n + c.charCodeAt(0), 0);
        const outcome = await reader.read({ ...file, bytes: mutated(file.bytes, file.structure, new Random(seed)) });
        counts[outcome] = (counts[outcome] ?? 0) + 1;
        if (!named(outcome)) bad.push(`${file.name}, seed ${seed}: ${outcome}`);
      }
    }
    const total = Object.values(counts).reduce((n, c) => n + c, 0);
    process.stderr.write(`${total} files read: ${Object.entries(counts).sort(([, a], [, b]) => b - a).map(([outcome, n]) => `${n} ${outcome}`).join(', ')}\n`);
    expect(bad).toEqual([]);
    expect(total).toBeGreaterThan(20);
  });
});

/** What the samples come to that hold no text of themselves. */
const AS_THEY_ARE: Record<string, string> = {};

/** The cross-reference entries of all pages lead to the file's first bytes. */
function withPagesMisplaced(pdf: Buffer): Buffer {
  let text = pdf.toString('latin1');
  const table = text.lastIndexOf('\nxref') + 1;
  const first = text.indexOf('\n', text.indexOf('\n', table) + 1) + 1;
  for (const [, page] of /\/Kids \[(.*)\]/.exec(text)![1]!.matchAll(/(\d+) 0 R/g)) {
    const entry = first + 20 * Number(page);
    text = `${text.slice(0, entry)}0000000001${text.slice(entry + 10)}`;
  }
  return Buffer.from(text, 'latin1');
}
