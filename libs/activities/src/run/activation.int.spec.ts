import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CorrectionMode, ModelOutcome, RunRef, StepView } from '#contracts';
import { createRuntime, type RuntimeKind } from '#models';
import { type ScriptedAnswer, type ScriptedRuntime, startScriptedRuntime } from '#models/scripted';
import { createPool, type Pool, readStepView, withTx } from '#store';
import { runDeps } from '#test/harness/run-deps';
import { vectorFile } from '#test/harness/steering-vector';
import { writeRun } from '#test/harness/start-run';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { beginRun } from './begin.js';
import { callModel } from './call-model.js';
import type { RunDeps } from './deps.js';

const VECTOR = vectorFile({ name: 'gemma3:270m', digest: 'a'.repeat(64), width: 8, layer: 3 });
const AXES = { tokens: [{ projections: [12.5, -3], shifts: [-2.5, 0] }, { projections: [4, 5], shifts: [0, 0] }], corrected: 1 };

/** A runtime that plays the embedded one: what goes out to it, and what is kept of what it says. */
describe('activation steering of a run', () => {
  let database: TestDatabase;
  let pool: Pool;
  let server: ScriptedRuntime;
  let answer: ScriptedAnswer;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    server = await startScriptedRuntime({ script: () => answer });
  });
  afterAll(async () => {
    await server.stop();
    await pool.end();
    await database.drop();
  });
  beforeEach(() => void (answer = { content: 'two tokens', toolCalls: [{ name: 'read_filler', args: { n: 1 } }], axes: AXES }));

  const deps = (kind: RuntimeKind): RunDeps => runDeps(pool, server.url, { runtime: createRuntime({ kind, url: server.url, model: 'play?steps=1', embedModel: 'x' }) });
  const begun = async (d: RunDeps, correction: CorrectionMode | null, detects = false): Promise<RunRef> => {
    const ref = await writeRun(pool, { steps: 1 }, correction ? { steering: { vector: VECTOR, correction, detects } } : {});
    await beginRun(d, ref);
    return ref;
  };
  const turn = (d: RunDeps, ref: RunRef, delivery = 1): Promise<ModelOutcome> => callModel(d, { ...ref, step: 1, attempt: 1, parent: 0 }, { signal: new AbortController().signal, delivery }) as Promise<ModelOutcome>;
  const step = async (ref: RunRef): Promise<StepView> => (await withTx(pool, ref.tenantId, (tx) => readStepView(tx, ref, 1, false)))!;
  const lastOptions = (): Record<string, unknown> => server.requests.at(-1)!.body.options;

  it('sends the axes of the run’s vector with its correction, and keeps what was read and moved, once', async () => {
    const d = deps('embedded');
    const ref = await begun(d, 'clamp');
    const outcome = await turn(d, ref);
    expect(await turn(d, ref, 2)).toEqual(outcome);
    expect(lastOptions()['axes']).toEqual([
      expect.objectContaining({ name: 'overthinking', layer: 3, model_digest: 'a'.repeat(64), correct: expect.objectContaining({ mode: 'clamp', high: 10 }) }),
      expect.objectContaining({ name: 'overacting', direction: VECTOR.axes[1]!.direction }),
    ]);
    expect((await step(ref)).activation).toEqual({ ...AXES, attempt: 1, correction: 'clamp', layer: 3, axes: ['overthinking', 'overacting'] });
  });

  it('reads without correcting where that is asked for', async () => {
    const d = deps('embedded');
    await turn(d, await begun(d, 'read'));
    expect(lastOptions()['axes']).toEqual([expect.not.objectContaining({ correct: expect.anything() }), expect.not.objectContaining({ correct: expect.anything() })]);
  });

  it('is a source of the drift scores for a run that asks for it, and for no other', async () => {
    // Far above the band of the steps that are ok, on one axis.
    answer = { content: 'two tokens', axes: { tokens: [{ projections: [60, 0], shifts: [0, 0] }, { projections: [70, -2], shifts: [0, 0] }], corrected: 0 } };
    const d = deps('embedded');
    const [asks, other] = [await begun(d, 'read', true), await begun(d, 'read')];
    const [leaning, plain] = [await turn(d, asks), await turn(d, other)];
    expect(leaning).toMatchObject({ kind: 'closed', end: { report: { overthinking: 0.5, overacting: expect.closeTo(0.01, 1), verdict: 'suspect' } } });
    expect(plain).toMatchObject({ kind: 'closed', end: { report: { overthinking: 0, overacting: 0, verdict: 'ok' } } });
  });

  it('is off for a run that does not ask', async () => {
    const d = deps('embedded');
    const ref = await begun(d, null);
    await turn(d, ref);
    expect(lastOptions()).not.toHaveProperty('axes');
    expect(await step(ref)).not.toHaveProperty('activation');
  });

  it.each(['ollama', 'openai'] as const)('is steering_unsupported on a runtime of the kind %s, and nothing goes out', async (kind) => {
    const d = deps(kind);
    const ref = await begun(d, 'clamp');
    const calls = server.calls;
    await expect(turn(d, ref)).rejects.toMatchObject({ code: 'steering_unsupported' });
    expect(server.calls).toBe(calls);
  });

  it('is steering_unsupported where a runtime took the axes and said nothing of them', async () => {
    answer = { content: 'unsteered' };
    const d = deps('embedded');
    await expect(turn(d, await begun(d, 'clamp'))).rejects.toMatchObject({ code: 'steering_unsupported' });
  });

  it('says so where the vector was fitted on another model', async () => {
    answer = { error: { status: 409, message: 'axis overthinking was fitted on another model (aaaaaaa)' } };
    const d = deps('embedded');
    await expect(turn(d, await begun(d, 'clamp'))).rejects.toMatchObject({ code: 'validation_failed', message: expect.stringContaining('another model') });
  });
});
