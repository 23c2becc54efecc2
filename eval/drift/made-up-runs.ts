import type { RecordedRun, RecordedStep } from './runs.js';

const NOUNS = ['river', 'council', 'harvest', 'dosage', 'kernel', 'dragon', 'ledger', 'market', 'biopsy', 'lantern', 'theorem', 'orchard'];
const words = (n: number, count: number): string => Array.from({ length: count }, (_, i) => `${NOUNS[(n * 7 + i * 5) % 12]}${n}x${i}`).join(' ');

const step = (n: number, over: Partial<RecordedStep> = {}): RecordedStep => ({ thought: words(n + 5_000, 25), tool: 'read_range', args: { path: `src/part${n}.ts` }, obs: words(n, 60), ...over });
const useful = (from: number, count: number): RecordedStep[] => Array.from({ length: count }, (_, i) => step(from + i));
const edit = (n: number): RecordedStep => step(n, { tool: 'write_fix', args: { text: words(n, 12) }, obs: 'written' });
const test = (n: number, obs = `${n} of 40 failed ${words(n, 20)}`): RecordedStep => step(n, { tool: 'run_tests', args: {}, obs });

/** What is spliced into the middle of a good run: drift, and what only looks like it. */
const DRIFT: Record<string, (n: number) => RecordedStep[]> = {
  'same call': (n) => Array.from({ length: 8 }, (_, i) => step(n, { thought: words(n + i, 25) })),
  'two calls in turn': (n) => Array.from({ length: 10 }, (_, i) => step(n + (i % 2), { thought: words(n + i, 25) })),
  'thoughts restated': (n) => Array.from({ length: 24 }, (_, i) => step(n + (i % 9), { thought: `${words(n, 40)} ${i}` })),
  'same error': (n) => Array.from({ length: 6 }, (_, i) => step(n, { tool: 'run_tests', args: { flag: i }, obs: 'Error: no such option' })),
};
const GOOD: Record<string, (n: number) => RecordedStep[]> = {
  'batch of files': (n) => useful(n, 30),
  'edit and test': (n) => Array.from({ length: 24 }, (_, i) => (i % 2 ? test(n + i) : edit(n + i))),
  'edit, test fails alike': (n) => Array.from({ length: 16 }, (_, i) => (i % 2 ? test(n + i, '1 of 40 failed') : edit(n + i))),
  'two tries': (n) => [step(n), step(n)],
};

const VARIANTS = 20;

/** Runs that are good but for what is spliced in, `resolved` telling which; the same at every call. */
export function madeUpRuns(): RecordedRun[] {
  const runs = (kinds: typeof DRIFT, resolved: boolean): RecordedRun[] =>
    Object.entries(kinds).flatMap(([kind, make]) =>
      Array.from({ length: VARIANTS }, (_, v) => ({ source: `made up: ${kind}`, id: `${kind} ${v}`, resolved, steps: [...useful(v * 1_000, 8 + v), ...make(v * 1_000 + 500), ...useful(v * 1_000 + 700, 8)] })),
    );
  return [...runs(DRIFT, false), ...runs(GOOD, true)];
}
