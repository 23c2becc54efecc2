import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunRef, Steering, Verdict } from '#contracts';
import { begunRun } from '#test/harness/store-rows';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { appendEvents, closeStep, createPool, endRun, openAttempt, type Pool, putContents, readDriftOutcomes, withTx } from './index.js';

type Made = { verdict: Verdict; idle: number; steering?: Steering };
const nudge = (step: number, holdout = false): Steering => ({ rung: 'nudge', step, verdict: 'overacting', reasons: [], holdout });

describe('what followed alarms', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 4 });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  async function run(steps: Made[], ends: boolean): Promise<RunRef> {
    const ref = await begunRun(pool);
    for (const [i, { verdict, idle, steering }] of steps.entries()) {
      const key = { ...ref, step: i + 1, attempt: 1 };
      await withTx(pool, ref.tenantId, async (tx) => {
        await appendEvents(tx, key, []);
        await openAttempt(tx, key, i, steering ?? null);
        const [stateHash] = await putContents(tx, ref.tenantId, ['{}']);
        const digest = { step: key.step, attempts: 1, calls: [], text: [], promptTokens: 0, outputTokens: 0, thinkingTokens: 0, contextLimit: 1, malformed: false, degenerate: false, state: 's', finished: false };
        const report = { step: key.step, overthinking: 0, overacting: 0, verdict, hard: false, reasons: [] };
        await closeStep(tx, key, { parent: i, digest, report, driftState: { overthinking: 0, overacting: 0, stepsSinceProgress: idle, thinkingBaseline: [0, 0], sustained: 0 }, stateHash: stateHash!, worldVersion: null, workspaceCommit: null });
        if (ends && i === steps.length - 1) await endRun(tx, ref, { status: 'completed', reason: null, endedBy: 'x' });
      });
    }
    return ref;
  }

  it('counts recovery, and leaves out alarms whose steps are not over', async () => {
    const bad: Made = { verdict: 'overacting', idle: 5 };
    const good: Made = { verdict: 'ok', idle: 0 };
    await run([bad, { ...good, steering: nudge(1) }, good], true);
    await run([bad, { ...bad, steering: nudge(1) }, ...Array.from({ length: 12 }, () => bad)], false);
    await run([bad, { ...bad, steering: nudge(1, true) }, ...Array.from({ length: 10 }, () => good)], false);
    const { tenantId } = await run([bad, { ...good, steering: nudge(1) }], false);
    const rows = await withTx(pool, tenantId, (tx) => readDriftOutcomes(tx, tenantId, {}));
    expect(rows.map(({ rung, holdout, alarms, recovered, progress, again, completed }) => ({ rung, holdout, alarms, recovered, progress, again, completed }))).toEqual([
      { rung: 'nudge', holdout: false, alarms: 2, recovered: 1, progress: 1, again: 1, completed: 1 },
      { rung: 'nudge', holdout: true, alarms: 1, recovered: 0, progress: 1, again: 1, completed: 0 },
    ]);
    expect(await withTx(pool, tenantId, (tx) => readDriftOutcomes(tx, tenantId, { agent: 'none' }))).toEqual([]);
  });

  it('counts what no step tells of: a person was asked, the run was stopped', async () => {
    const asked = await run([{ verdict: 'overacting', idle: 5 }, { verdict: 'ok', idle: 0 }], false);
    await withTx(pool, asked.tenantId, async (tx) => {
      await appendEvents(tx, asked, [{ type: 'steering.applied', step: 1, data: { rung: 'ask', report: 1, verdict: 'overacting' } }, { type: 'steering.applied', step: 2, data: { rung: 'rewind', by: 'person', toStep: 1 } }, { type: 'steering.applied', step: 2, data: { rung: 'stop', report: 2, verdict: 'overacting', holdout: false } }]);
      await endRun(tx, asked, { status: 'drift_stopped', reason: null, endedBy: 'x' });
    });
    const rows = await withTx(pool, asked.tenantId, (tx) => readDriftOutcomes(tx, asked.tenantId, {}));
    expect(rows.filter(({ rung }) => rung !== 'nudge').map(({ rung, alarms, recovered, progress }) => ({ rung, alarms, recovered, progress }))).toEqual([
      { rung: 'ask', alarms: 1, recovered: 0, progress: 1 },
      { rung: 'stop', alarms: 1, recovered: 0, progress: 0 },
    ]);
  });
});
