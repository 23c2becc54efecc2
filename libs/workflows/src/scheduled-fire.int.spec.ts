import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { v7 as uuidv7 } from 'uuid';
import { bundleWorkflows } from '#apps/worker/src/bundle';
import { type DriftReport, type FireSchedule, type InboxOutcome, type Limits, LOCAL_TENANT, type ModelCall, type PlacedFire, type RunPlan, workflowIds, WORKFLOWS } from '#contracts';
import { timeSkippingServer } from '#test/setup/servers';

jest.setTimeout(60_000);
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR' } } });

const DAY = 86_400_000;
const LIMITS: Limits = { maxSteps: 100, maxTokens: 1e9, maxSeconds: 30 * 86_400 };
const ok = (step: number): DriftReport => ({ step, overthinking: 0, overacting: 0, verdict: 'ok', hard: false, reasons: [] });

/** One fire of a schedule on Temporal's time-skipping server, with the real workflow of its run: weeks pass in milliseconds. */
describe('scheduledFire', () => {
  let env: TestWorkflowEnvironment;
  let bundle: WorkflowBundle;
  beforeAll(async () => {
    [env, bundle] = await Promise.all([TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path: timeSkippingServer() } } }), bundleWorkflows()]);
    await env.connection.operatorService
      .addSearchAttributes({ namespace: 'default', searchAttributes: { HoldfastStatus: 2, HoldfastVerdict: 2, HoldfastStep: 3, HoldfastAgent: 2, HoldfastTenant: 2, HoldfastModel: 2 } })
      .catch(() => undefined);
  });
  afterAll(() => env?.teardown());

  type Play = {
    placed: (runId: string) => PlacedFire;
    /** Days for which the run is paused, from its beginning. */
    pausedDays?: number;
    callModel?: (call: ModelCall) => Promise<unknown>;
    runIsLive?: () => boolean;
  };
  type Told = { log: string[]; placed: FireSchedule[]; result: unknown; days: number };

  async function fire(play: Play, during: (handle: WorkflowHandle, runId: string) => Promise<void> = async () => undefined, before: (runId: string, taskQueue: string) => Promise<void> = async () => undefined): Promise<Told> {
    const [runId, scheduleId, taskQueue] = [uuidv7(), uuidv7(), uuidv7()];
    const log: string[] = [];
    const placed: FireSchedule[] = [];
    const started = await env.currentTimeMs();
    const plan: RunPlan = {
      agent: 'probe', agentVersion: '1', model: 'm', modelQueue: taskQueue, limits: LIMITS, drift: { enabled: false, cooldown: 4, maxEpisodes: 3, mayAsk: false, holdout: 0 },
      maxAttempts: 3, priority: 'scheduled', startedAtMs: started, nextStep: 1, headStep: 0, tokensUsed: 0, unread: play.pausedDays ? 1 : 0,
    };
    const noted = <A, R>(name: string, act: (input: A) => R) => async (input: A): Promise<Awaited<R>> => {
      log.push(name);
      return await act(input);
    };
    const activities = {
      placeFire: noted('placeFire', (input: FireSchedule) => (placed.push(input), play.placed(runId))),
      runIsLive: noted('runIsLive', () => play.runIsLive?.() ?? false),
      beginRun: noted('beginRun', () => plan),
      callModel: noted('callModel', (call: ModelCall) => play.callModel?.(call) ?? Promise.resolve({ kind: 'closed', tokens: 1, end: { report: ok(call.step), finished: true, unread: 0 } })),
      applyInbox: noted('applyInbox', async (): Promise<InboxOutcome> => ({ paused: (await env.currentTimeMs()) - started < (play.pausedDays ?? 0) * DAY, cancel: false, messages: 0, limits: LIMITS })),
      finishRun: noted('finishRun', ({ status }: { status: string }) => (log.push(status), { closed: true, unread: 0 })),
      abandonStep: noted('abandonStep', () => undefined),
    };
    const worker = await Worker.create({ connection: env.nativeConnection, taskQueue, workflowBundle: bundle, activities, maxHeartbeatThrottleInterval: '100ms' });
    return worker.runUntil(async () => {
      await before(runId, taskQueue);
      const handle = await env.client.workflow.start(WORKFLOWS.scheduledFire, { workflowId: `fire-${scheduleId}`, taskQueue, args: [{ tenantId: LOCAL_TENANT, scheduleId }] });
      await during(handle, runId);
      const result: unknown = await handle.result().catch((error: unknown) => error);
      return { log, placed, result, days: ((await env.currentTimeMs()) - started) / DAY };
    });
  }
  const aRun = (live = true) => (runId: string): PlacedFire => ({ kind: 'run', runId, agent: 'probe', live });

  it('waits for a run that somebody else was quicker to start, for hours', async () => {
    let looks = 0;
    const told = await fire({ placed: aRun(), runIsLive: () => ++looks < 80 }, undefined, async (runId, taskQueue) => {
      await env.client.workflow.start(WORKFLOWS.agentRun, { workflowId: workflowIds.run(runId), taskQueue, args: [{ tenantId: LOCAL_TENANT, runId }] });
    });
    expect(told.result).toBeUndefined();
    expect(looks).toBe(80);
    expect(24 * told.days).toBeGreaterThan(1);
  });

  it('is under way as long as its run is, for weeks, so that the next fire meets it', async () => {
    const told = await fire({ placed: aRun(), pausedDays: 15 });
    expect(told.result).toBeUndefined();
    expect(told.days).toBeGreaterThanOrEqual(15);
    expect(told.log.slice(-3)).toEqual(['callModel', 'finishRun', 'completed']);
    expect(told.placed).toHaveLength(1);
  });

  it('passes a cancel on to its run, and ends when that has ended: what cancels the other run waits for it', async () => {
    let asked = (): void => undefined;
    const calling = new Promise<void>((go) => (asked = go));
    const told = await fire(
      {
        placed: aRun(),
        callModel: async () => {
          const beat = setInterval(() => Context.current().heartbeat(), 50);
          asked();
          return Context.current().cancelled.finally(() => clearInterval(beat));
        },
      },
      async (handle) => {
        await calling;
        await handle.cancel();
      },
    );
    expect(told.result).toBeInstanceOf(Error);
    expect(told.log.slice(-2)).toEqual(['finishRun', 'cancelled']);
  });

  it('does not start again what was cancelled, nor fail where a run fails', async () => {
    expect((await fire({ placed: aRun(false) })).log).toEqual(['placeFire']);
    expect((await fire({ placed: () => ({ kind: 'none', reason: 'no new documents' }) })).log).toEqual(['placeFire']);
    const failed = await fire({ placed: aRun(), callModel: async () => ({ kind: 'calls', calls: [], tokens: 1, unread: 0 }) });
    expect([failed.result, failed.log.slice(-2)]).toEqual([undefined, ['finishRun', 'failed']]);
  });
});
