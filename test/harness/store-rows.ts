import type { RunRef } from '#contracts';
import { appendEvents, closeStep, insertMessages, insertRootCheckpoint, openAttempt, type Pool, putContents, startRun, type StepKey, withTx } from '#store';
import { writeRun } from './start-run.js';

const PARTIAL = { text: [], promptTokens: 0, outputTokens: 0, thinkingTokens: 0, contextLimit: 8_192, malformed: false, degenerate: false };
const REPORT = { overthinking: 0, overacting: 0, verdict: 'ok' as const, hard: false, reasons: [] };
const DRIFT = { overthinking: 0, overacting: 0, stepsSinceProgress: 0, thinkingBaseline: [0, 0] as [number, number], sustained: 0 };

/** A run that has begun, with its root checkpoint, for specs that write steps themselves. */
export async function begunRun(pool: Pool): Promise<RunRef> {
  const ref = await writeRun(pool, { steps: 1 });
  await withTx(pool, ref.tenantId, async (tx) => {
    await startRun(tx, ref, { model: 'm', runtimeId: 'test' });
    const [hash] = await putContents(tx, ref.tenantId, ['{}']);
    await insertRootCheckpoint(tx, ref, hash!);
  });
  return ref;
}

/** Opens an attempt under the run's lock. */
export async function open(pool: Pool, key: StepKey, parent: number): Promise<void> {
  await withTx(pool, key.tenantId, async (tx) => {
    await appendEvents(tx, key, []);
    await openAttempt(tx, key, parent, null);
  });
}

/** Writes a model's turn with `results` tool results, each message of `tokens` tokens. */
export async function write(pool: Pool, key: StepKey, results: number, tokens: number): Promise<void> {
  const calls = Array.from({ length: results }, (_, i) => ({ name: 't', args: { i } }));
  await withTx(pool, key.tenantId, (tx) =>
    insertMessages(tx, key, [
      { ordinal: 0, tokens, message: { role: 'assistant', content: `turn ${key.step}.${key.attempt}`, ...(results ? { toolCalls: calls } : {}) } },
      ...calls.map((_, i) => ({ ordinal: i + 1, tokens, message: { role: 'tool' as const, content: `result ${key.step}.${key.attempt}.${i}`, toolName: 't' } })),
    ]),
  );
}

export async function close(pool: Pool, key: StepKey, parent: number): Promise<void> {
  await withTx(pool, key.tenantId, async (tx) => {
    await appendEvents(tx, key, []);
    const [stateHash] = await putContents(tx, key.tenantId, [`{"step":${key.step}}`]);
    await closeStep(tx, key, {
      parent, stateHash: stateHash!, worldVersion: null, workspaceCommit: null, driftState: DRIFT,
      digest: { ...PARTIAL, step: key.step, attempts: key.attempt, calls: [], state: 's', finished: false }, report: { ...REPORT, step: key.step },
    });
  });
}
