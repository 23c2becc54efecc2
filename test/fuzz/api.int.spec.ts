import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { schemathesis, type Schemathesis, TOOLS_DIR } from '#platform/stack';
import { type FuzzTarget, startFuzzTarget } from './fuzz-target.js';
import { type Fuzzed, runSchemathesis } from './run-schemathesis.js';

/** In `npm test` a look; `npm run fuzz:api` sets them to more. */
const SECONDS = Number(process.env['HOLDFAST_FUZZ_SECONDS'] ?? 25);
const SEED = Number(process.env['HOLDFAST_FUZZ_SEED'] ?? 1);
const ONLY = process.env['HOLDFAST_FUZZ_ONLY'];
jest.setTimeout((SECONDS * 3 + 180) * 1_000);

const found = await schemathesis({ toolsDir: TOOLS_DIR, report: (message: string): void => void process.stderr.write(`• ${message}\n`) });
const suite = 'missing' in found ? describe.skip : describe;

suite(`requests by the OpenAPI document${'missing' in found ? ` (skipped: ${found.missing})` : ''}`, () => {
  let target: FuzzTarget;
  let fuzzed: Fuzzed;
  beforeAll(async () => {
    target = await startFuzzTarget();
    fuzzed = await runSchemathesis(found as Schemathesis, { url: target.url, ids: target.ids, seconds: SECONDS, seed: SEED, only: ONLY });
    if (fuzzed.failures.length > 0 || process.env['HOLDFAST_FUZZ_SECONDS']) process.stderr.write(fuzzed.log);
  });
  afterAll(() => target?.stop());

  it('reach the operations', () => {
    expect(fuzzed.errors).toEqual([]);
    // On a crowded machine a hundred requests get through, on a quiet one a thousand.
    expect(fuzzed.cases).toBeGreaterThan(ONLY ? 0 : 50);
    expect(fuzzed.operations.tested).toBeGreaterThan(0);
  });

  it('get no 500 and no answer that the document does not tell of', () => {
    expect(fuzzed.failures.map(({ title, operations }) => [title, operations])).toEqual([]);
  });
});
