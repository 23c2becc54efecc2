import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { type AgentImplementation, createModelGate } from '#activities';
import { probe } from '#agents/probe/activities/index';
import { type AgentContract, type LadderRung, LOCAL_PRINCIPAL, LOCAL_TENANT, type RunRef } from '#contracts';
import type { ScriptedAnswer, ScriptedRequest } from '#models/scripted';
import { insertRun, listStepViews, readStepView, withTx } from '#store';
import { checkRun } from '../harness/check-run.js';
import { LoopStack } from '../harness/loop-stack.js';

jest.setTimeout(60_000);

const SAME = `The lever is where it was. ${Array.from({ length: 120 }, (_, i) => `w${i}`).join(' ')}`;

/** Pulls a lever that does nothing; can look instead. Drifts at step 3, whatever the ladder does about it. */
function puller(name: string, rung: LadderRung): AgentImplementation {
  const contract: AgentContract = {
    ...probe.contract,
    name,
    input: z.object({}).loose(),
    tools: [
      { name: 'pull', description: 'Pulls the lever.', kind: 'mutate', effect: 'read', parameters: z.object({}), timeoutMs: 30_000 },
      { name: 'look', description: 'Looks.', kind: 'read', effect: 'read', parameters: z.object({ n: z.int() }), timeoutMs: 30_000 },
      ...probe.contract.tools.filter((t) => t.name === 'done'),
    ],
    drift: { enabled: true, cooldown: 0, maxEpisodes: 1, mayAsk: false, holdout: 0, ladder: { overacting: [rung] } },
    memory: {},
  };
  return {
    ...probe,
    contract,
    prepareTurn: async (ctx) => ({ system: 'You pull.', turn: [{ role: 'user', content: `Step ${ctx.step}, attempt ${ctx.attempt}. ${ctx.rejection ?? ''}` }], history: 'branch', tools: contract.tools.map((t) => ({ name: t.name, description: t.description, parameters: {} })) }),
    tools: { done: probe.tools['done']!, pull: async () => ({ content: SAME }), look: async (_ctx, args) => ({ content: `seen ${(args as { n: number }).n}` }) },
  };
}

const call = (name: string, args: Record<string, unknown> = {}): ScriptedAnswer => ({ content: name, toolCalls: [{ name, args }] });
const CLOSED = /In this turn only these tools are open/;
const text = (request: ScriptedRequest): string => request.messages.map((m) => m.content).join('\n');

describe('the ladder’s rungs in a run', () => {
  let stack: LoopStack;
  const asked: ScriptedRequest[] = [];
  beforeAll(async () => {
    const agents = [puller('gated', { rung: 'gate_tools', turns: 2 }), puller('masked', { rung: 'compact' }), puller('raised', { rung: 'escalate' }), puller('stopped', { rung: 'rewind' }), puller('nudged', { rung: 'nudge' }), puller('drawn', { rung: 'resample', samples: 3 })];
    stack = await LoopStack.start({ agents: new Map(agents.map((a) => [a.contract.name, a])) });
    const [main, large] = [[{ runtimeId: 'ollama', model: 'small' }], [{ runtimeId: 'ollama', model: 'big' }]];
    await stack.stopWorkers();
    stack.deps.gate = createModelGate({ runtimes: new Map([['ollama', stack.deps.runtime]]), slots: new Map([['ollama', 2]]), roles: { main, large, fast: main, judge: main, vision: main, embed: main }, defaultRuntimeId: 'ollama' });
    await stack.startWorkers();
  });
  afterAll(() => stack?.stop());

  async function play(agent: string, script: (request: ScriptedRequest, step: number, attempt: number) => ScriptedAnswer): Promise<RunRef> {
    asked.length = 0;
    stack.script = (request) => {
      asked.push(request);
      const [, step, attempt] = /Step (\d+), attempt (\d+)/.exec(text(request))!;
      return Number(step) <= 3 ? call('pull') : script(request, Number(step), Number(attempt));
    };
    const ref = { tenantId: LOCAL_TENANT, runId: uuidv7() };
    await withTx(stack.pool, ref.tenantId, (tx) => insertRun(tx, { ...ref, principalId: LOCAL_PRINCIPAL, agent, agentVersion: '1', input: {}, priority: 'interactive', tags: [], limits: { ...probe.contract.limits, maxSteps: 12 }, sampling: {} }));
    await stack.startExecution(ref);
    return ref;
  }
  const events = async (ref: RunRef, type: string): Promise<Record<string, unknown>[]> => (await withTx(stack.pool, ref.tenantId, (tx) => tx.query<{ data: Record<string, unknown> }>('select data from events where run_id = $1 and type = $2 order by seq', [ref.runId, type]))).rows.map((r) => r.data);

  it('gate_tools: offers only what looks, refuses the rest once, then opens all again', async () => {
    const ref = await play('gated', (request, step, attempt) => (!CLOSED.test(text(request)) ? call('done') : attempt === 1 && step === 4 ? call('pull') : call('look', { n: step })));
    await stack.untilStatus(ref, 'completed');
    await checkRun(stack.pool, ref, { status: 'completed' });
    expect(await events(ref, 'steering.applied')).toEqual([{ rung: 'gate_tools', report: 3, verdict: 'overacting', holdout: false, turns: 2 }]);
    const offered = asked.map((r) => r.tools!.map((t) => t.function.name).includes('pull'));
    expect(offered).toEqual([true, true, true, false, false, false, true]);
    expect(text(asked[4]!)).toContain('pull is closed in this turn');
  });

  it('compact: old results go by reference, by a step of its own', async () => {
    const ref = await play('masked', () => call('done'));
    await stack.untilStatus(ref, 'completed');
    const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(branch).toEqual([1, 2, 3, 4, 5]);
    expect(await events(ref, 'steering.applied')).toEqual([{ rung: 'compact', report: 3, verdict: 'overacting', holdout: false }]);
    const last = text(asked.at(-1)!);
    expect(last).toContain('Call reopen with step 1');
    expect(last.split(SAME)).toHaveLength(3);
  });

  it('escalate: the larger model goes on from before the drift and sees nothing of it', async () => {
    const ref = await play('raised', (request, step) => (request.model === 'big' && step === 5 ? call('done') : call('look', { n: step })));
    await stack.untilStatus(ref, 'completed');
    const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(branch).toEqual([1, 4, 5]);
    expect(await events(ref, 'steering.applied')).toEqual([{ rung: 'escalate', report: 3, verdict: 'overacting', holdout: false, toStep: 1, role: 'large' }]);
    expect(asked.map((r) => r.model)).toEqual(['small', 'small', 'small', 'big', 'big']);
    expect(text(asked[3]!).split(SAME)).toHaveLength(2);
  });

  it('resample: the least drifting of several turns becomes the step; all are kept and paid for', async () => {
    let drawn = 0;
    const ref = await play('drawn', (_request, step) => (step > 4 ? call('done') : [call('pull'), call('nothing_of_the_kind'), { ...call('look', { n: 4 }), content: 'Now for something that nobody has done here yet.' }][drawn++]!));
    await stack.untilStatus(ref, 'completed');
    await checkRun(stack.pool, ref, { status: 'completed' });
    expect(await events(ref, 'steering.applied')).toEqual([{ rung: 'resample', report: 3, verdict: 'overacting', holdout: false, toStep: 2, samples: 3 }]);
    const { steps, step } = await withTx(stack.pool, ref.tenantId, async (tx) => ({ steps: await listStepViews(tx, ref, { after: 3, limit: 1, content: true }), step: (await readStepView(tx, ref, 4, true))! }));
    expect(step.candidates!.map(({ n, chosen, valid }) => ({ n, chosen, valid }))).toEqual([{ n: 0, chosen: false, valid: true }, { n: 1, chosen: false, valid: false }, { n: 2, chosen: true, valid: true }]);
    const [again, broken, other] = step.candidates!.map(({ score }) => score) as [number, number, number];
    expect([again > 0.8, broken, other < 0.2]).toEqual([true, 1, true]);
    expect(new Set(step.candidates!.map(({ seed }) => seed)).size).toBe(3);
    expect(step.candidates![0]!.text).toBe('pull\npull {}');
    expect(step.calls.map(({ tool }) => tool)).toEqual(['look']);
    expect(step.promptTokens).toBe(step.candidates!.reduce((n, c) => n + c.promptTokens, 0));
    expect(steps[0]!.messages![0]!.content).toContain('something that nobody has done');
  });

  it('stop: the run ends with what it has, and the event says why', async () => {
    const ref = await play('stopped', () => call('pull'));
    const run = await stack.untilStatus(ref, 'drift_stopped');
    expect(run.status).toBe('drift_stopped');
    expect((await events(ref, 'steering.applied')).map((e) => e['rung'])).toEqual(['rewind', 'stop']);
  });

  it('a rung that its outcomes show to hurt is left out, and both events say so', async () => {
    const before = await play('nudged', () => call('done'));
    await stack.untilStatus(before, 'completed');
    await withTx(stack.pool, before.tenantId, async (tx) => {
      // Twenty alarms that were nudged and did not recover, twenty that were left alone and did.
      await tx.query(
        `insert into steps (tenant_id, run_id, step, parent, attempt, state, model, steering, drift)
         select $1, $2, n * 20, 0, 1, 'closed', 'small', jsonb_build_object('rung', 'nudge', 'verdict', 'overacting', 'holdout', n % 2 = 0), jsonb_build_object('verdict', case when n % 2 = 0 then 'ok' else 'overacting' end) from generate_series(1, 40) n`,
        [before.tenantId, before.runId],
      );
      await tx.query(`insert into checkpoints (tenant_id, run_id, step, parent, state_hash, drift_state) select $1, $2, n * 20, 0, (select state_hash from checkpoints where run_id = $2 and step = 0), '{"stepsSinceProgress":0}' from generate_series(1, 40) n`, [before.tenantId, before.runId]);
      await tx.query('update run_heads set next_step = 1000 where run_id = $1', [before.runId]);
    });
    const ref = await play('nudged', () => call('pull'));
    await stack.untilStatus(ref, 'drift_stopped');
    expect(await events(ref, 'run.started')).toEqual([{ model: 'small', rungsOff: ['nudge'] }]);
    expect(await events(ref, 'steering.applied')).toEqual([{ rung: 'stop', report: 3, verdict: 'overacting', holdout: false, skipped: ['nudge'] }]);
  });
});
