import type { DriftState, StepDigest } from '#contracts';
import { digestStep, evaluateStep } from '#drift';
import { parseMeasureOptions, printTable, type Row, writeJson } from './options.js';

const COMMAND = 'node --import ./test/setup/source-loader.mjs bench/drift.ts';
const options = parseMeasureOptions(COMMAND, []);
const STEPS = options.full ? 20_000 : 2_000;
const RESULT = 'the passage says that the dose was raised twice before the bleeding '.repeat(30);

/** One call a step with a 2,000-character result, as the spine's benchmark has them; every fifth is a repetition. */
function step(n: number): StepDigest {
  const item = n % 5 === 0 ? n - 1 : n;
  return digestStep({
    step: n, attempts: 1, text: `In step ${item} I look at item ${item * 7} of the list and note what it says. ${RESULT}`, thinking: '', promptTokens: 500 + n, outputTokens: 60, thinkingTokens: 0,
    contextLimit: 8_192, malformed: false, degenerate: false, state: `s${item}`, finished: false,
    calls: [{ tool: 'read', kind: 'read', args: { item }, result: `${item} ${RESULT}`, error: null, gain: null, exempt: false }],
  });
}

const digesting: number[] = [];
const judging: number[] = [];
let window: StepDigest[] = [];
let state: DriftState | null = null;
for (let n = 1; n <= STEPS; n++) {
  const start = performance.now();
  const digest = step(n);
  const digested = performance.now();
  state = evaluateStep(digest, window, state, { toolCount: 8 }).state;
  judging.push(performance.now() - digested);
  digesting.push(digested - start);
  window = [digest, ...window].slice(0, 12);
}

const quantile = (values: number[], q: number): number => [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? 0;
const hundred = { first: [200, 300], last: [STEPS - 100, STEPS] } as const;
const rows: Row[] = (['first', 'last'] as const).flatMap((which) =>
  Object.entries({ 'digest a step': digesting, 'judge a step': judging }).map(([what, all]) => {
    const values = all.slice(...hundred[which]);
    return { what, steps: hundred[which].join('–'), 'median ms': quantile(values, 0.5).toFixed(3), '99 % ms': quantile(values, 0.99).toFixed(3) };
  }),
);
const bytes = JSON.stringify(window[0]).length;
printTable(`Drift check, bytes of a stored digest: ${bytes}`, rows);
await writeJson(options.json, COMMAND, { judge_median_ms: quantile(judging, 0.5), judge_p99_ms: quantile(judging, 0.99), digest_median_ms: quantile(digesting, 0.5), digest_bytes: bytes }, rows);
