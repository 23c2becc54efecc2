import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { createModelGate, type ModelGate } from '#activities';
import { createGates } from '#apps/worker/src/gates';
import { LOCAL_PRINCIPAL, LOCAL_TENANT, type ModelRef, type RunRef } from '#contracts';
import { createRuntime, type Runtime } from '#models';
import { type OpenAiFront, startOpenAiFront } from '#models/scripted';
import { probe } from '#agents/probe/activities/index';
import { probeContract } from '#agents/probe/contract';
import { createDataConverter } from '#platform';
import { insertRun, withTx } from '#store';
import { checkRun } from '../harness/check-run.js';
import { LoopStack } from '../harness/loop-stack.js';
import { modelOf, playScenario, type Scenario } from '../harness/scenario.js';
import { testCa, testTls } from '../harness/tls/index.js';

jest.setTimeout(60_000);
const KEY = 'sk-hosted';
const play = playScenario as LoopStack['script'];
const NOWHERE = 'http://127.0.0.1:1';

describe('where model calls go', () => {
  let stack: LoopStack;
  let hosted: OpenAiFront;
  let local: Runtime;
  let cloud: Runtime;
  beforeAll(async () => {
    stack = await LoopStack.start();
    hosted = await startOpenAiFront(playScenario, KEY, testTls());
    local = createRuntime({ id: 'local', kind: 'ollama', url: stack.runtime.url, model: '', embedModel: 'e' });
    cloud = createRuntime({ id: 'cloud', kind: 'openai', url: hosted.url, model: '', embedModel: 'e', apiKey: KEY, ca: testCa() });
    Object.assign(stack.config, { gates: ['local', 'cloud', 'down'] });
  });
  afterAll(async () => {
    await stack?.stop();
    await hosted?.stop();
  });

  const gateOf = (runtimes: Runtime[], main: ModelRef[], slots = 2): ModelGate =>
    createModelGate({ runtimes: new Map(runtimes.map((r) => [r.id, r])), slots: new Map(runtimes.map((r) => [r.id, slots])), roles: { main, fast: main, large: main, judge: main, vision: main, embed: main }, defaultRuntimeId: runtimes[0]!.id });

  /** As a changed configuration and a restarted worker. */
  async function reconfigure(gate: ModelGate): Promise<void> {
    await stack.stopWorkers();
    stack.deps.gate = gate;
    await stack.startWorkers();
  }

  async function startRun(scenario: Scenario, model?: string, { agent = probeContract.name, bytes = 100 } = {}): Promise<RunRef> {
    const ref = { tenantId: LOCAL_TENANT, runId: uuidv7() };
    const row = { ...ref, principalId: LOCAL_PRINCIPAL, agent, agentVersion: probeContract.version, input: { steps: scenario.steps, bytes }, priority: 'interactive' as const, tags: [], limits: probeContract.limits, sampling: {} };
    await withTx(stack.pool, ref.tenantId, (tx) => insertRun(tx, { ...row, ...(model && { model }) }));
    await stack.startExecution(ref);
    return ref;
  }

  async function routes(ref: RunRef): Promise<string[]> {
    const { rows } = await withTx(stack.pool, ref.tenantId, (tx) => tx.query<{ step: number; runtime_id: string; reason: string }>('select step, runtime_id, reason from step_routes where run_id = $1 order by step, attempt', [ref.runId]));
    return rows.map((r) => `${r.runtime_id} ${r.reason}`);
  }

  it('moves a run from a hosted endpoint, over TLS, to a local runtime at a checkpoint, by configuration alone', async () => {
    const scenario = { steps: 8, delayMs: 60 };
    await reconfigure(gateOf([cloud, local], [{ runtimeId: 'cloud', model: modelOf({ ...scenario, key: 'cloud' }) }]));
    const ref = await startRun(scenario);
    await stack.untilStep(ref, 3);
    await reconfigure(gateOf([local], [{ runtimeId: 'local', model: modelOf({ ...scenario, key: 'local' }) }]));
    await stack.untilStatus(ref, 'completed');
    await checkRun(stack.pool, ref, { status: 'completed' });
    const taken = await routes(ref);
    expect(taken).toHaveLength(9);
    expect(taken.slice(0, 3)).toEqual(Array(3).fill('cloud first_choice'));
    expect(taken.at(-1)).toBe('local first_choice');
    expect((await stack.run(ref)).runtime_id).toBe('local');
    expect(hosted.calls()).toBeGreaterThanOrEqual(3);
  });

  it('goes to the next route while the first one fails, and says so on each step', async () => {
    const scenario = { steps: 3 };
    const down = createRuntime({ id: 'down', kind: 'ollama', url: NOWHERE, model: '', embedModel: 'e' });
    await reconfigure(gateOf([down, local], [{ runtimeId: 'down', model: 'any' }, { runtimeId: 'local', model: modelOf(scenario) }]));
    const ref = await startRun(scenario);
    await stack.untilStatus(ref, 'completed');
    await checkRun(stack.pool, ref, { status: 'completed' });
    expect(await routes(ref)).toEqual(Array(4).fill('local fallback'));
  });

  it('tells what was done in short by the same routes, and says so on that step', async () => {
    const scenario = { steps: 14 };
    const down = createRuntime({ id: 'down', kind: 'ollama', url: NOWHERE, model: '', embedModel: 'e' });
    const served = stack.deps.agents;
    stack.deps.agents = new Map([['forgetful', { ...probe, contract: { ...probeContract, name: 'forgetful', memory: { tools: false } } }]]);
    try {
      await reconfigure(gateOf([down, local], [{ runtimeId: 'down', model: 'any' }, { runtimeId: 'local', model: modelOf(scenario) }]));
      const ref = await startRun(scenario, undefined, { agent: 'forgetful', bytes: 4_000 });
      await stack.untilStatus(ref, 'completed');
      await checkRun(stack.pool, ref, { status: 'completed' });
      const { rows } = await withTx(stack.pool, ref.tenantId, (tx) => tx.query<{ runtime_id: string }>(`select r.runtime_id from ledger l join step_routes r using (tenant_id, run_id, step, attempt) where l.run_id = $1 and l.tool = 'compaction'`, [ref.runId]));
      expect(rows.length).toBeGreaterThan(0);
      expect(new Set((await routes(ref)).map((r) => r.split(' ')[0]))).toEqual(new Set(['local']));
    } finally {
      stack.deps.agents = served;
    }
  });

  it('serves the role that a turn asks for, and says where each step went', async () => {
    const main = [{ runtimeId: 'cloud', model: modelOf({ steps: 2, key: 'main' }) }];
    const gate = createModelGate({ runtimes: new Map([['cloud', cloud], ['local', local]]), slots: new Map(), roles: { main, fast: [{ runtimeId: 'local', model: modelOf({ steps: 2, key: 'fast' }) }], large: main, judge: main, vision: main, embed: main }, defaultRuntimeId: 'local' });
    const served = stack.deps.agents;
    const { prepareTurn } = probe;
    stack.deps.agents = new Map([['probe', { ...probe, prepareTurn: async (context) => ({ ...(await prepareTurn(context)), ...(context.step % 2 === 0 && { role: 'fast' as const }) }) }]]);
    try {
      await reconfigure(gate);
      const ref = await startRun({ steps: 2 });
      await stack.untilStatus(ref, 'completed');
      await checkRun(stack.pool, ref, { status: 'completed' });
      expect(await routes(ref)).toEqual(['cloud first_choice', 'local first_choice', 'cloud first_choice']);
    } finally {
      stack.deps.agents = served;
    }
  });

  it('is served by a gate that joins later, with no other change', async () => {
    const gpu = createRuntime({ id: 'gpu', kind: 'openai', url: hosted.url, model: '', embedModel: 'e', apiKey: KEY, ca: testCa() });
    const scenario = { steps: 2, key: 'gpu' };
    Object.assign(stack.config, { gates: ['local'] });
    await reconfigure(gateOf([local, gpu], [{ runtimeId: 'gpu', model: modelOf(scenario) }]));
    const ref = await startRun(scenario);
    // Its machine is off: nobody serves the queue.
    expect((await stack.untilStatus(ref, 'waiting_runtime', 30_000)).status_reason).toMatchObject({ code: 'runtime_unavailable', detail: expect.stringContaining('HOLDFAST_GATES=gpu') });
    const connection = await NativeConnection.connect({ address: stack.config.temporalAddress });
    const gate = await createGates(stack.deps, { connection, namespace: stack.config.temporalNamespace, dataConverter: createDataConverter(stack.config) }, ['gpu']);
    const running = gate.run();
    try {
      await stack.untilStatus(ref, 'completed');
      expect(await routes(ref)).toEqual(Array(3).fill('gpu first_choice'));
    } finally {
      gate.shutdown();
      await running;
      await connection.close();
      Object.assign(stack.config, { gates: ['local', 'cloud', 'down'] });
    }
  });

  it('serves the calls of the loaded model before it swaps, within the bound', async () => {
    const order: string[] = [];
    const [a, b] = [modelOf({ steps: 5, key: 'a' }), modelOf({ steps: 5, key: 'b' })];
    stack.script = async (request, n) => {
      order.push(request.model === a ? 'a' : 'b');
      return { ...(await play(request, n)), loadMs: 8_000 };
    };
    try {
      const [main, fast] = [a, b].map((model) => [{ runtimeId: 'local', model }]) as [ModelRef[], ModelRef[]];
      await reconfigure(createModelGate({ runtimes: new Map([['local', local]]), slots: new Map([['local', 1]]), roles: { main, fast, large: main, judge: main, vision: main, embed: main }, defaultRuntimeId: 'local' }));
      const refs = await Promise.all([a, a, a, b, b, b].map((model) => startRun({ steps: 5 }, model)));
      for (const ref of refs) await stack.untilStatus(ref, 'completed');
      const streaks = order.join('').match(/a+|b+/g)!.map(({ length }) => length);
      expect(order).toHaveLength(36);
      // In turn by arrival every call would be a swap: 36. Eight in a row are the bound while another model waits.
      expect(streaks.length).toBeLessThanOrEqual(12);
      expect(Math.max(...streaks.slice(0, -1))).toBeLessThanOrEqual(8);
    } finally {
      stack.script = play;
    }
  });

  it('shares one slot among the models of a runtime, whichever queue they come by', async () => {
    let most = 0;
    let now = 0;
    const counting: Runtime = {
      ...local,
      async chat(request, options) {
        most = Math.max(most, ++now);
        return local.chat(request, options).finally(() => now--);
      },
    };
    await reconfigure(gateOf([counting], [{ runtimeId: 'local', model: modelOf({ steps: 2, delayMs: 30, key: 'role' }) }], 1));
    const named = modelOf({ steps: 2, delayMs: 30, key: 'named' });
    const refs = await Promise.all([startRun({ steps: 2 }), startRun({ steps: 2 }), startRun({ steps: 2 }, named), startRun({ steps: 2 }, named)]);
    for (const ref of refs) await stack.untilStatus(ref, 'completed');
    expect(most).toBe(1);
    expect(await routes(refs[2])).toEqual(Array(3).fill('local asked_for'));
  });
});
