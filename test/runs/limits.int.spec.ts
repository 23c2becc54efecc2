import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RunView } from '#contracts';
import type { ScriptedRequest } from '#models/scripted';
import { ApiStack } from '../harness/api-stack.js';
import { checkRun } from '../harness/check-run.js';
import type { LoopStack } from '../harness/loop-stack.js';
import { playScenario } from '../harness/scenario.js';

jest.setTimeout(60_000);
const play = playScenario as LoopStack['script'];

describe('limits', () => {
  let stack: ApiStack;
  beforeAll(async () => void (stack = await ApiStack.start()));
  afterAll(() => stack?.stop());

  it('the agent is told as it nears a limit; then the run ends, and a resume with a higher one goes on under the same workflow id', async () => {
    const requests: ScriptedRequest[] = [];
    stack.loop.script = (request, n) => (requests.push(request), play(request, n));
    const ref = await stack.run({ steps: 6 }, { limits: { maxToolCalls: 4 } });
    await stack.loop.untilStatus(ref, 'limit_reached');
    expect(requests).toHaveLength(4);
    expect(requests.map((r) => r.messages.some((m) => m.content.includes('Little is left')))).toEqual([false, false, false, false]);
    const ended = (await stack.get<RunView>(`/runs/${ref.runId}`)).body;
    expect(ended).toMatchObject({ statusReason: { code: 'limit_reached' }, limitsLeft: { maxToolCalls: 0 }, result: null, partialResult: { steps: 4 } });
    expect(await stack.post(`/runs/${ref.runId}/resume`)).toMatchObject({ status: 400, body: { errors: [{ path: 'limits.maxToolCalls' }] } });
    const seen = ended.lastEvent;
    expect(await stack.post(`/runs/${ref.runId}/resume`, { limits: { maxToolCalls: 7 } })).toMatchObject({ status: 202, body: { status: 'queued' } });
    await stack.loop.untilStatus(ref, 'completed');
    await checkRun(stack.loop.pool, ref, { status: 'completed' });
    expect((await stack.get<RunView>(`/runs/${ref.runId}`)).body).toMatchObject({ result: { steps: 6 } });
    expect((await stack.get<RunView>(`/runs/${ref.runId}`)).body).not.toHaveProperty('partialResult');
    // From 80 % of the limit on: the seventh turn has six of seven behind it.
    expect(requests.at(-1)!.messages.some((m) => m.content.includes('1 of 7 tool calls'))).toBe(true);
    // A reader that goes on from where its stream ended gets the rest, every event once.
    const { body } = await stack.get<{ data: { seq: number; type: string }[] }>(`/runs/${ref.runId}/events?after=${seen}&limit=500`);
    expect(body.data.map((e) => e.seq)).toEqual(body.data.map((_, i) => seen + 1 + i));
    expect(body.data[0]!.type).toBe('run.resumed');
    expect((await stack.get<RunView>(`/runs/${ref.runId}`)).body.temporal.workflowId).toBe(ended.temporal.workflowId);
  });
});
