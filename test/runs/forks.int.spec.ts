import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Comparison, RunRef } from '#contracts';
import type { ScriptedRequest } from '#models/scripted';
import { ApiStack } from '../harness/api-stack.js';
import type { LoopStack } from '../harness/loop-stack.js';
import { modelOf, playScenario } from '../harness/scenario.js';

jest.setTimeout(60_000);
const play = playScenario as LoopStack['script'];

describe('forks of a run', () => {
  let stack: ApiStack;
  let source: RunRef;
  beforeAll(async () => {
    stack = await ApiStack.start();
    source = await stack.run({ steps: 4 });
    await stack.loop.untilStatus(source, 'completed');
  });
  afterAll(() => stack?.stop());
  beforeEach(() => void (stack.loop.script = play));

  const fork = async (body: object, from = source): Promise<RunRef> => {
    const answer = await stack.post(`/runs/${from.runId}/forks`, body);
    expect(answer).toMatchObject({ status: 202, body: { status: 'queued', input: expect.objectContaining({ steps: expect.any(Number) }) } });
    expect(answer.headers.get('location')).toBe(`/v1/runs/${String(answer.body['id'])}`);
    return { ...source, runId: answer.body['id'] as string };
  };
  const compare = async (a: string, b: string, query = ''): Promise<Comparison> => (await stack.get<Comparison>(`/runs/${a}/compare/${b}${query}`)).body;

  it('goes on from a checkpoint with another model, prompt, state and words, and leaves the source as it is', async () => {
    const requests: ScriptedRequest[] = [];
    stack.loop.script = (request, n) => (requests.push(request), play(request, n));
    const before = await stack.get(`/runs/${source.runId}`);
    const ref = await fork({ fromStep: 2, overrides: { model: modelOf({ steps: 6, key: 'other' }), prompt: 'You are another probe.', sampling: { temperature: 0.1 }, state: { done: 40 }, steering: { message: 'mind the gap', policy: { enabled: false } } } });
    await stack.loop.untilStatus(ref, 'completed');
    expect(requests[0]!.messages[0]!.content).toBe('You are another probe.');
    expect(requests[0]!.messages.some((m) => m.content === 'mind the gap')).toBe(true);
    expect(requests[0]!.messages.filter((m) => m.role === 'tool')).toHaveLength(2);
    // Two steps came along with state 40 in place of 2; four more were made, and the end.
    expect((await stack.get(`/runs/${ref.runId}`)).body).toMatchObject({ result: { steps: 44 }, head: { step: 7 }, model: modelOf({ steps: 6, key: 'other' }) });
    expect((await stack.get(`/runs/${source.runId}`)).body).toEqual(before.body);
    const both = await compare(source.runId, ref.runId);
    expect(both).toMatchObject({ shared: 2, parted: { a: 2, b: 2 }, sameResult: false, a: { steps: 3, tools: { read_filler: 2, done: 1 } }, b: { steps: 5, tools: { read_filler: 4, done: 1 }, result: { steps: 44 } } });
    expect(both.steps).toHaveLength(5);
    expect(both.steps[4]).toMatchObject({ a: null, b: { step: 7, tools: ['done'] } });
  });

  it('from the start, and of a fork; stands when its source is deleted; a fork can be rewound behind its origin', async () => {
    const first = await fork({ fromStep: 0 });
    await stack.loop.untilStatus(first, 'completed');
    expect(await compare(source.runId, first.runId)).toMatchObject({ parted: { a: 0, b: 0 }, sameResult: true });
    const second = await fork({ fromStep: 3, overrides: { model: modelOf({ steps: 8, delayMs: 60 }) } }, first);
    await stack.loop.untilStep(second, 4);
    expect(await stack.delete(`/runs/${first.runId}`)).toBe(204);
    expect(await stack.post(`/runs/${second.runId}/rewind`, { toStep: 1, lesson: 'again' })).toMatchObject({ status: 202 });
    await stack.loop.untilStatus(second, 'completed');
    expect((await stack.get<{ data: { step: number; parent: number }[] }>(`/runs/${second.runId}/steps`)).body.data.filter((s) => s.parent === 1)).toHaveLength(2);
    const { body } = await stack.get<{ usage: { steps: number } }>(`/runs/${second.runId}`);
    const own = await compare(second.runId, second.runId, '?headA=3');
    expect(own).toMatchObject({ shared: 1, parted: { a: 1, b: 1 }, a: { steps: 2 } });
    expect(body.usage.steps).toBeGreaterThan(9);
  });

  it('refuses a step without a checkpoint, a state that does not fit, and answers a repeated request once', async () => {
    expect(await stack.post(`/runs/${source.runId}/forks`, { fromStep: 99 })).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await stack.post(`/runs/${source.runId}/forks`, { fromStep: 1, overrides: { state: { done: 'x' } } })).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    const key = { 'idempotency-key': 'fork-once' };
    const [first, again] = [await stack.post(`/runs/${source.runId}/forks`, { fromStep: 1 }, key), await stack.post(`/runs/${source.runId}/forks`, { fromStep: 1 }, key)];
    expect(again.body['id']).toBe(first.body['id']);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    await stack.loop.untilStatus({ ...source, runId: first.body['id'] as string }, 'completed');
  });
});
