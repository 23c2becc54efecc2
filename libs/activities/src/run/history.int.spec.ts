import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { RunRef, StepDigest } from '#contracts';
import { createPool, type Pool, readHistory, readStepMessages, withTx } from '#store';
import { begunRun, close, open, write } from '#test/harness/store-rows';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { newestThatFit, RunCache, sum } from './run-cache.js';

jest.setTimeout(60_000);

/** A step of a random tree: `back` steps up from the head it hangs, `refused` attempts come before the one it ends with. */
const stepArb = fc.record({ back: fc.nat({ max: 4 }), refused: fc.nat({ max: 2 }), results: fc.nat({ max: 3 }), tokens: fc.integer({ min: 1, max: 40 }), rewinds: fc.boolean(), abandoned: fc.boolean() });
type Grown = { step: number; parent: number; attempt: number; tokens: number };

describe('the history that a model is given', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  async function grow(ref: RunRef, plan: { back: number; refused: number; results: number; tokens: number; rewinds: boolean; abandoned: boolean }[]): Promise<Grown[]> {
    const closed: Grown[] = [];
    let head = 0;
    for (const [i, s] of plan.entries()) {
      const step = i + 1;
      for (let n = 0; s.rewinds && n < s.back && head > 0; n++) head = closed.find((c) => c.step === head)!.parent;
      for (let attempt = 1; attempt <= s.refused + 1; attempt++) {
        await open(pool, { ...ref, step, attempt }, head);
        await write(pool, { ...ref, step, attempt }, s.results, s.tokens);
      }
      if (s.abandoned) continue;
      await close(pool, { ...ref, step, attempt: s.refused + 1 }, head);
      closed.push({ step, parent: head, attempt: s.refused + 1, tokens: s.tokens * (s.results + 1) });
      head = step;
    }
    return closed;
  }

  it('is the newest whole steps of the branch that fit, in order, with only the attempt that each ended with; and what a process remembers is the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArb, { minLength: 1, maxLength: 14 }), fc.integer({ min: 0, max: 400 }), async (plan, budget) => {
        const ref = await begunRun(pool);
        const closed = await grow(ref, plan);
        const head = closed.at(-1)?.step ?? 0;
        const branch: Grown[] = [];
        for (let n = head; n > 0; n = branch[0]!.parent) branch.unshift(closed.find((c) => c.step === n)!);
        const fitting: Grown[] = [];
        for (let left = budget, i = branch.length - 1; i >= 0 && branch[i]!.tokens <= left; left -= branch[i--]!.tokens) fitting.unshift(branch[i]!);
        const read = await withTx(pool, ref.tenantId, (tx) => readHistory(tx, ref, head, budget));
        expect([...new Set(read.messages.map((m) => m.step))]).toEqual(fitting.map((s) => s.step));
        expect(read.omitted).toBe(fitting.length < branch.length);
        expect(read.messages.filter((m) => m.message.role === 'assistant').map((m) => m.message.content)).toEqual(fitting.map((s) => `turn ${s.step}.${s.attempt}`));
        for (const s of fitting) {
          const own = read.messages.filter((m) => m.step === s.step).map((m) => m.message);
          expect(own.slice(1).map((m) => m.toolName)).toEqual((own[0]!.toolCalls ?? []).map((c) => c.name));
        }
        await compareWithMemory(ref, branch, budget, read);
      }),
      { numRuns: 40 },
    );
  });

  /** Follows the branch as a worker does that closed each of its steps. */
  async function compareWithMemory(ref: RunRef, branch: Grown[], budget: number, read: Awaited<ReturnType<typeof readHistory>>): Promise<void> {
    const cache = new RunCache(10_000);
    cache.set(ref.runId, { head: 0, messages: [], tokens: 0, omitted: false, digests: [] });
    for (const s of branch) {
      const messages = await withTx(pool, ref.tenantId, (tx) => readStepMessages(tx, ref, s.step, s.attempt));
      cache.extend(ref.runId, s.parent, { step: s.step, messages, digest: {} as StepDigest, expected: null });
    }
    const held = cache.branch(ref.runId, branch.at(-1)?.step ?? 0)!;
    expect(held.tokens).toBe(sum(held.messages));
    expect(newestThatFit(held, budget)).toEqual(read);
  }
});
