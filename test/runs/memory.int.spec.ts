import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import type { AgentImplementation } from '#activities';
import { probe } from '#agents/probe/activities/index';
import type { RunEvent, RunRef, RunView, StepView } from '#contracts';
import type { ScriptedRequest } from '#models/scripted';
import { ApiStack } from '../harness/api-stack.js';
import { checkRun } from '../harness/check-run.js';
import { until } from '../harness/until.js';

jest.setTimeout(60_000);
const LAST = 60;
const IN_SHORT = 'What was done so far, in short';
const LESSON = 'read them in another order';

/** Reads a long note a step. */
const reader: AgentImplementation = {
  ...probe,
  contract: {
    ...probe.contract,
    name: 'reader',
    input: z.object({}).loose(),
    tools: [{ name: 'look', description: 'Reads a note.', kind: 'read', effect: 'read', parameters: z.object({ n: z.int() }), timeoutMs: 30_000, exempt: true }, ...probe.contract.tools],
    sampling: { maxTokens: 256 },
    drift: { ...probe.contract.drift, enabled: false },
    memory: {},
  },
  prepareTurn: async (ctx) => ({ system: 'You read.', turn: [{ role: 'user', content: `Step ${ctx.step}.` }], history: 'branch', tools: [{ name: 'look', description: 'Reads a note.', parameters: {} }] }),
  tools: { ...probe.tools, look: async (_ctx, args) => ({ content: Array.from({ length: 60 }, (_, i) => (((args as { n: number }).n * 7_919 + i * 104_729) % 99_991).toString(36)).join(' '), state: { done: 1 } }) },
};

describe('a run that outgrows its window, as its client sees it', () => {
  let stack: ApiStack;
  const asked = new Map<number, ScriptedRequest>();
  let end = LAST;
  beforeAll(async () => {
    stack = await ApiStack.start({ contextTokens: 2_048, agents: new Map([['reader', reader]]) });
    stack.loop.script = (request) => {
      const step = Number(/^Step (\d+)\.$/.exec(request.messages.at(-1)!.content)?.[1] ?? 0);
      if (step === 0) return { content: 'Notes were read.' };
      asked.set(step, request);
      return { content: `reading ${step}`, delayMs: 20, toolCalls: [step >= end ? { name: 'done', args: {} } : { name: 'look', args: { n: step } }] };
    };
  });
  afterAll(() => stack?.stop());

  const events = async (ref: RunRef): Promise<RunEvent[]> => (await stack.get<{ data: RunEvent[] }>(`/runs/${ref.runId}/events?types=checkpoint.saved&limit=500`)).body.data;
  const summaries = async (ref: RunRef): Promise<number[]> => (await events(ref)).filter((e) => e.data['compaction'] === 'summary').map((e) => e.step!);
  const prompt = (step: number): string => asked.get(step)!.messages.map((m) => m.content).join('\n');

  it('makes room by a step with a checkpoint, through the gate; a rewind to before it brings back what it took away', async () => {
    const ref = await stack.run({ steps: 1 }, { agent: 'reader', input: {}, model: 'scripted' });
    const made = await until('a summary', async () => (await summaries(ref))[0]);
    await stack.loop.untilStep(ref, made + 2);
    expect(prompt(made + 1)).toContain(IN_SHORT);
    expect(await stack.post(`/runs/${ref.runId}/rewind`, { toStep: made - 1, lesson: LESSON })).toMatchObject({ status: 202 });
    const back = await until('the step after the rewind', async () => [...asked.keys()].find((step) => prompt(step).includes(LESSON)));
    expect(prompt(back)).not.toContain(IN_SHORT);
    end = 0;
    await stack.loop.untilStatus(ref, 'completed');
    const { branch } = await checkRun(stack.loop.pool, ref, { status: 'completed' });
    expect(branch).not.toContain(made);
    const { body } = await stack.get<StepView>(`/runs/${ref.runId}/steps/${made}`);
    expect(body).toMatchObject({ state: 'closed', route: { model: 'scripted' }, calls: [] });
    const run = (await stack.get<RunView>(`/runs/${ref.runId}`)).body;
    expect(run.bytes).toBeGreaterThan(10_000);
    expect(await stack.delete(`/runs/${ref.runId}`)).toBe(204);
    expect((await stack.get(`/runs/${ref.runId}`)).status).toBe(404);
  });
});
