import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { type WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { v7 as uuidv7 } from 'uuid';
import type { RunActivities } from '#activities';
import { bundleWorkflows } from '#apps/worker/src/bundle';
import { type DriftReport, type FinishRun, type InboxOutcome, type Limits, LOCAL_TENANT, type ModelCall, type RunPlan, type ToolCallInput, WAKE_SIGNAL, WORKFLOWS } from '#contracts';
import { timeSkippingServer } from '#test/setup/servers';

jest.setTimeout(60_000);
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR' } } });

const QUEUE = 'workflow-spec';
const LIMITS: Limits = { maxSteps: 10_000, maxTokens: 1e9, maxSeconds: 30 * 86_400 };
const ok = (step: number): DriftReport => ({ step, overthinking: 0, overacting: 0, verdict: 'ok', hard: false, reasons: [] });
const idle: InboxOutcome = { paused: false, cancel: false, messages: 0, limits: LIMITS };

/** The workflow on Temporal's time-skipping server, with activities that follow a script: days pass in milliseconds. */
describe('agentRun', () => {
  let env: TestWorkflowEnvironment;
  let bundle: WorkflowBundle;
  beforeAll(async () => {
    [env, bundle] = await Promise.all([TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path: timeSkippingServer() } } }), bundleWorkflows()]);
    await env.connection.operatorService
      .addSearchAttributes({ namespace: 'default', searchAttributes: { HoldfastStatus: 2, HoldfastVerdict: 2, HoldfastStep: 3 } })
      .catch(() => undefined);
  });
  afterAll(() => env?.teardown());

  type Told = { log: string[]; finished: FinishRun[] };
  type Script = Partial<{ [K in keyof RunActivities]: (input: Parameters<RunActivities[K]>[0], told: Told) => unknown }> & { plan?: Partial<RunPlan> };

  async function run(script: Script, during: (handle: WorkflowHandle, told: Told) => Promise<void> = async () => undefined): Promise<Told & { result: unknown; executions: number }> {
    const told: Told = { log: [], finished: [] };
    const now = await env.currentTimeMs();
    const plan: RunPlan = {
      agent: 'probe', agentVersion: '1', model: 'm', modelQueue: QUEUE, limits: LIMITS, drift: { enabled: true, cooldown: 4, maxEpisodes: 3, mayAsk: true, holdout: 0 },
      maxAttempts: 3, priority: 'interactive', startedAtMs: now, nextStep: 1, headStep: 0, tokensUsed: 0, unread: 0, ...script.plan,
    };
    const usual: Record<string, (input: never) => unknown> = {
      beginRun: () => plan,
      callModel: (c: ModelCall) => ({ kind: 'closed', tokens: 1, end: { report: ok(c.step), finished: c.step >= 3, unread: 0 } }),
      callTool: (c: ToolCallInput) => ({ kind: 'closed', end: { report: ok(c.step), finished: true, unread: 0 } }),
      abandonStep: () => undefined,
      applyInbox: () => idle,
      askPerson: () => undefined,
      finishRun: () => ({ closed: true, unread: 0 }),
    };
    const activities = Object.fromEntries(
      Object.keys(usual).map((name) => [
        name,
        async (input: never) => {
          told.log.push(name);
          if (name === 'finishRun') told.finished.push(input);
          const scripted = (script as Record<string, ((input: never, told: Told) => unknown) | undefined>)[name];
          return (await scripted?.(input, told)) ?? usual[name]!(input);
        },
      ]),
    );
    const worker = await Worker.create({ connection: env.nativeConnection, taskQueue: QUEUE, workflowBundle: bundle, activities, maxHeartbeatThrottleInterval: '100ms' });
    const workflowId = `run-${uuidv7()}`;
    return worker.runUntil(async () => {
      const handle = await env.client.workflow.start(WORKFLOWS.agentRun, { workflowId, taskQueue: QUEUE, args: [{ tenantId: LOCAL_TENANT, runId: workflowId.slice(4) }] });
      await during(handle, told);
      const result: unknown = await handle.result().catch((error: Error) => error);
      const executions = (await env.client.workflow.getHandle(workflowId).describe()).raw.workflowExecutionInfo!.execution!.runId === handle.firstExecutionRunId ? 1 : 2;
      return { ...told, result, executions };
    });
  }
  const finishedAs = (t: Told) => t.finished.map((f) => f.status);

  it('carries a run to its end', async () => {
    const told = await run({});
    expect(told.result).toEqual({ status: 'completed' });
    expect(told.log).toEqual(['beginRun', 'callModel', 'callModel', 'callModel', 'finishRun']);
  });

  it('tells whoever opens the Web UI what each step called, how that came out, and how far the run is', async () => {
    const calls = (c: ModelCall) => ({ kind: 'calls', calls: [{ call: 0, tool: c.step === 1 ? 'read_file' : 'answer', effect: 'read', timeoutMs: 1_000 }], tokens: 700, unread: 0 });
    const closed = (c: ToolCallInput) => ({ kind: 'closed', end: { report: { ...ok(c.step), overthinking: 0.25 }, finished: c.step === 3, unread: 0 }, ...(c.step === 2 ? { error: true } : {}) });
    const seen: { summaries: string[]; details: string[] } = { summaries: [], details: [] };
    const details = async (handle: WorkflowHandle): Promise<string> => (await handle.query<{ currentDetails: string }, []>('__temporal_workflow_metadata')).currentDetails;
    let shown: WorkflowHandle | undefined;
    const told = await run({ plan: { consoleUrl: 'http://127.0.0.1:3000/console' }, callModel: async (c) => (c.step === 3 && seen.details.push(await details(shown!)), calls(c)), callTool: closed }, async (handle) => {
      shown = handle;
      await handle.result();
      seen.details.push(await details(handle));
      seen.summaries = ((await handle.fetchHistory()).events ?? []).filter((e) => e.activityTaskScheduledEventAttributes).map(({ userMetadata }) => (userMetadata?.summary ? String(JSON.parse(Buffer.from(userMetadata.summary.data!).toString())) : ''));
    });
    expect(told.result).toEqual({ status: 'completed' });
    expect(seen.summaries.filter(Boolean)).toEqual(['step 1', 'step 1: read_file', 'step 2 (step 1: read_file, ok)', 'step 2: answer', 'step 3 (step 2: answer, error)', 'step 3: answer']);
    expect(seen.details[0]).toMatch(/^\*\*Step 2\*\* of 10000, \[in the console\]\(http:\/\/127\.0\.0\.1:3000\/console\/runs\/[0-9a-f-]{36}\)\n\n- drift: \*\*ok\*\*, overthinking 0\.25, overacting 0\.00\n- limits: 1,400 of 1,000,000,000 tokens, \d+ of 2,592,000 s\n- step 2: answer, error\n- step 1: read_file, ok$/);
    expect(seen.details[1]).toMatch(/^\*\*completed\*\* after step 3, \[in the console\].*\n\n- drift: .*\n- limits: 2,100 of .*\n- step 3: answer, ok\n- step 2: answer, error\n/);
  });

  it('stays paused for days, far longer than one wait, and ends by its limit of seconds only', async () => {
    const started = await env.currentTimeMs();
    const told = await run({ plan: { unread: 1, limits: { ...LIMITS, maxSeconds: 10 * 86_400 } }, applyInbox: () => ({ ...idle, paused: true, limits: { ...LIMITS, maxSeconds: 10 * 86_400 } }) });
    expect(told.result).toEqual({ status: 'limit_reached' });
    expect(((await env.currentTimeMs()) - started) / 86_400_000).toBeGreaterThanOrEqual(10);
    expect(told.log.filter((l) => l === 'applyInbox').length).toBeGreaterThanOrEqual(10);
  });

  it('calls it a reached limit where the run’s time is over while the runtime is down', async () => {
    const told = await run({ plan: { limits: { ...LIMITS, maxSeconds: 3_600 } }, callModel: () => Promise.reject(ApplicationFailure.create({ type: 'runtime_unavailable', message: 'x' })) });
    expect(told.result).toEqual({ status: 'limit_reached' });
    expect(finishedAs(told)).toEqual(['limit_reached']);
    expect(told.log).toContain('abandonStep');
  });

  it('fails with the code of a failure that no retry mends, after one try', async () => {
    const told = await run({ callModel: () => Promise.reject(ApplicationFailure.create({ type: 'context_too_small', message: 'x', nonRetryable: true })) });
    expect(told.finished).toMatchObject([{ status: 'failed', code: 'context_too_small' }]);
    expect(told.log.filter((l) => l === 'callModel')).toHaveLength(1);
    expect(told.result).toBeInstanceOf(Error);
  });

  it('does not run what was cancelled before it began', async () => {
    const told = await run({ beginRun: () => Promise.reject(ApplicationFailure.create({ type: 'run_ended', message: 'x', nonRetryable: true })) });
    expect(told.result).toEqual({ status: 'cancelled' });
    expect(told.log).toEqual(['beginRun']);
  });

  it('ends the run, and does not try its task for ever, where something in it breaks its own rules', async () => {
    const told = await run({ callModel: () => ({ kind: 'calls', calls: [], tokens: 1, unread: 0 }) });
    expect(told.finished).toMatchObject([{ status: 'failed', code: 'internal' }]);
    expect(told.result).toBeInstanceOf(Error);
  });

  it('refuses an input that is too large for history before it is scheduled', async () => {
    const reasons = Array.from({ length: 3 }, () => ({ signal: 'x'.repeat(2_000), value: 1, steps: [1] }));
    const told = await run({ callModel: (c) => ({ kind: 'closed', tokens: 1, end: { report: { ...ok(c.step), verdict: 'overacting', hard: true, overacting: 1, reasons }, finished: false, unread: 0 } }) });
    expect(told.log.filter((l) => l === 'callModel')).toHaveLength(1);
    expect(told.finished).toMatchObject([{ status: 'failed', code: 'internal' }]);
  });

  it('cancels the model call under way, writes the end, and is cancelled for Temporal too', async () => {
    let asked = (): void => undefined;
    const calling = new Promise<void>((go) => (asked = go));
    const told = await run(
      {
        callModel: async () => {
          const beat = setInterval(() => Context.current().heartbeat(), 50);
          asked();
          await Context.current().cancelled.finally(() => clearInterval(beat));
        },
      },
      async (handle) => {
        await calling;
        await handle.cancel();
      },
    );
    expect(finishedAs(told)).toEqual(['cancelled']);
    expect((told.result as Error).cause).toBeInstanceOf(CancelledFailure);
  });

  it('goes on in a new execution after 200 steps, and a wake at that moment is not lost', async () => {
    let woken = 0;
    const told = await run(
      {
        callModel: async (c) => {
          // Sent while the last step of the execution is under way, and again with the first of the next.
          if (c.step >= 199 && c.step <= 202) {
            await env.client.workflow.getHandle(`run-${c.runId}`).signal(WAKE_SIGNAL);
            woken++;
          }
          return { kind: 'closed', tokens: 1, end: { report: ok(c.step), finished: c.step === 205, unread: 0 } };
        },
      },
    );
    expect(told.result).toEqual({ status: 'completed' });
    expect(told.executions).toBe(2);
    expect(told.log.filter((l) => l === 'beginRun')).toHaveLength(1);
    expect(told.log.filter((l) => l === 'applyInbox')).toHaveLength(woken);
  });
});
