import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AgentImplementation, soleGate } from '#activities';
import { probe } from '#agents/probe/activities/index';
import type { DriftOverrides, RunRef, RunSteering, StepView } from '#contracts';
import { createRuntime, type Runtime } from '#models';
import { PROJECT_ROOT } from '#platform';
import { freePort, gemma270m, llamaLibraries, ManagedProcess, ProcessSet, TOOLS_DIR } from '#platform/stack';
import { readRunRecord, readStepView, withTx } from '#store';
import { checkRun } from '../harness/check-run.js';
import { LoopStack } from '../harness/loop-stack.js';
import { vectorFile } from '../harness/steering-vector.js';
import { until } from '../harness/until.js';

const MODEL = 'gemma3:270m';
/** Long enough to be killed in the middle, and with a penalty that keeps a base model from repeating itself. */
const SAMPLING = { maxTokens: 80, repeatPenalty: 1.3, repeatLastN: -1, temperature: 1, seed: 7 };
/** A base model asks for no tools: whatever it writes, the agent reads one filler a step and then is done. */
const talker: AgentImplementation = {
  ...probe,
  prepareTurn: async () => ({ system: 'You are a doctor who writes reports.', turn: [{ role: 'user', content: 'Write a long report about hypertension.' }], history: 'none' }),
  parseTurn: (ctx, out) => {
    const { done } = ctx.state as { done: number };
    return { ok: true, text: out.content, calls: [done < (ctx.input as { steps: number }).steps ? { name: 'read_filler', args: { n: done } } : { name: 'done', args: {} }] };
  },
};

describe('runs on the real embedded runtime with Gemma 3 270M, under the stack’s supervisor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-embedded-'));
  const said: string[] = [];
  let processes: ProcessSet;
  let server: ManagedProcess;
  let runtime: Runtime;
  let stack: LoopStack;
  let facts: { digest: string; width: number };

  beforeAll(async () => {
    const setup = { toolsDir: TOOLS_DIR, report: (message: string) => void process.stderr.write(`• ${message}\n`) };
    const port = await freePort();
    processes = await ProcessSet.open(folder, (message) => void said.push(message));
    server = new ManagedProcess(
      {
        name: 'runtime',
        command: process.execPath,
        args: ['--import', join(PROJECT_ROOT, 'test/setup/source-loader.mjs'), join(PROJECT_ROOT, 'apps/runtime/src/main.ts')],
        env: { HOLDFAST_LLAMA_DIR: process.env['HOLDFAST_LLAMA_DIR'] ?? (await llamaLibraries(setup)), HOLDFAST_GGUF: process.env['HOLDFAST_GGUF'] ?? (await gemma270m(setup)), HOLDFAST_MODEL: MODEL, HOLDFAST_RUNTIME_PORT: String(port) },
        stopSignal: 'SIGTERM',
        stopGraceMs: 10_000,
        ready: /runtime ready on/,
        readyTimeoutMs: 120_000,
      },
      processes.supervision,
    );
    processes.add(server, 0);
    await server.start();
    const url = `http://127.0.0.1:${port}`;
    runtime = createRuntime({ kind: 'embedded', url, model: MODEL, embedModel: '' });
    const { digest } = await runtime.describe(MODEL);
    facts = { digest: digest!, width: 640 };
    stack = await LoopStack.start({ runtime, model: MODEL, gate: soleGate(runtime, MODEL), agents: new Map([['probe', talker]]) }, undefined, { HOLDFAST_RUNTIME: 'embedded', HOLDFAST_RUNTIME_URL: url, HOLDFAST_MODEL: MODEL });
  }, 600_000);
  afterAll(async () => {
    await stack?.stop();
    await processes?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const start = (more: { steps: number; steering?: RunSteering; maxTokens?: number; drift?: DriftOverrides }): Promise<RunRef> =>
    stack.startRun({ steps: more.steps }, { model: MODEL, sampling: { ...SAMPLING, ...(more.maxTokens ? { maxTokens: more.maxTokens } : {}) }, ...(more.steering ? { steering: more.steering } : {}), ...(more.drift ? { drift: more.drift } : {}) });
  const steered = (correction: RunSteering['correction'], digest = facts.digest): RunSteering => ({ vector: vectorFile({ name: MODEL, digest, width: facts.width, layer: 9 }), correction });
  const step = async (ref: RunRef, n: number): Promise<StepView> => (await withTx(stack.pool, ref.tenantId, (tx) => readStepView(tx, ref, n, true)))!;
  const words = ({ messages }: StepView): string => messages!.find(({ role }) => role === 'assistant')!.content;

  it('steers a run that asks for it, shows each token’s projections, and leaves the next run alone', async () => {
    const plain = await start({ steps: 0, maxTokens: 16 });
    await stack.untilStatus(plain, 'completed', 60_000);
    const read = await start({ steps: 0, maxTokens: 16, steering: steered('read') });
    await stack.untilStatus(read, 'completed', 60_000);
    const moved = await start({ steps: 1, maxTokens: 16, steering: steered('fixed') });
    await stack.untilStatus(moved, 'completed', 60_000);
    const [before, seen, shifted, second] = [await step(plain, 1), await step(read, 1), await step(moved, 1), await step(moved, 2)];
    expect(before.activation).toBeUndefined();
    expect(words(seen)).toBe(words(before));
    expect(seen.activation).toMatchObject({ correction: 'read', layer: 9, axes: ['overthinking', 'overacting'], corrected: 0, attempt: 1 });
    expect(seen.activation!.tokens).toHaveLength(seen.outputTokens);
    for (const { activation, outputTokens } of [shifted, second]) {
      expect(activation!.tokens).toHaveLength(outputTokens);
      expect(activation!.corrected).toBe(outputTokens);
      expect(activation!.tokens.every(({ shifts }) => shifts[0] === -40 && shifts[1] === -25)).toBe(true);
    }
    // The prompt's last token was read before anything moved.
    expect(shifted.activation!.tokens[0]!.projections[0]).toBeCloseTo(seen.activation!.tokens[0]!.projections[0]!, 1);
    await checkRun(stack.pool, moved, { status: 'completed' });
  }, 180_000);

  it('has a run judged by the model that is loaded: a verdict by its schema, or none, and what it cost', async () => {
    const ref = await start({ steps: 12, maxTokens: 12, drift: { judge: { fromStep: 3, suspects: 2 } } });
    await stack.untilStatus(ref, 'completed', 120_000);
    const judge = await until('a verdict', async () => (await step(ref, 3)).judge ?? null, 60_000);
    expect(judge).toMatchObject({ step: 3, fromStep: 1, runtimeId: runtime.id, model: MODEL });
    expect(judge.label === null).toBe(judge.dropped !== null);
    // What a model of this size says is not checked; that it says it by the schema is.
    expect(judge.dropped).not.toBe('output_invalid');
    expect([judge.promptTokens > 200, judge.outputTokens > 20, judge.ms > 0, judge.samples > 0]).toEqual([true, true, true, true]);
    const { usage } = (await withTx(stack.pool, ref.tenantId, (tx) => readRunRecord(tx, ref)))!;
    expect(usage.judge.promptTokens).toBeGreaterThanOrEqual(judge.promptTokens);
    await checkRun(stack.pool, ref, { status: 'completed' });
  }, 240_000);

  it('refuses a vector that was fitted on other weights: the run ends and says so', async () => {
    const ref = await start({ steps: 0, steering: steered('clamp', 'f'.repeat(64)) });
    const run = await stack.untilStatus(ref, 'failed', 60_000);
    expect(run.status_reason).toMatchObject({ code: 'validation_failed', detail: expect.stringContaining('another model') });
  }, 120_000);

  it('a crash of native code in mid-decode takes down that process only: it is started again, the step retried, and the run completes', async () => {
    const ref = await start({ steps: 1, steering: steered('clamp') });
    await until('text of the first step', async () => {
      const { rowCount } = await withTx(stack.pool, ref.tenantId, (tx) => tx.query('select 1 from stream_chunks where run_id = $1 and step = 1', [ref.runId]));
      return rowCount ? true : null;
    }, 60_000);
    const pid = server.pid!;
    process.kill(pid, 'SIGSEGV');
    await until('the supervisor to notice', async () => (said.some((message) => message.includes('ended unexpectedly (SIGSEGV)')) ? true : null), 10_000);
    await stack.untilStatus(ref, 'completed', 120_000);
    expect(server.pid).not.toBe(pid);
    expect(said.at(-1)).toBe('runtime is back');
    const first = await step(ref, 1);
    expect(first).toMatchObject({ state: 'closed', attempts: 1 });
    expect(first.activation!.tokens).toHaveLength(first.outputTokens);
    const { branch, events } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(branch).toEqual([1, 2]);
    expect(events.some(({ type, step: at }) => type === 'step.attempt_reset' && at === 1)).toBe(true);
  }, 240_000);
});
