import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScriptedRequest } from '#models/scripted';
import { ApiStack } from '../harness/api-stack.js';
import { checkRun } from '../harness/check-run.js';
import type { LoopStack } from '../harness/loop-stack.js';
import { playScenario } from '../harness/scenario.js';
import { until } from '../harness/until.js';

jest.setTimeout(60_000);
const play = playScenario as LoopStack['script'];
const LESSON = 'the second page was a dead end';
const holds = (request: ScriptedRequest, words: string): boolean => request.messages.some((m) => m.content.includes(words));

describe('POST /runs/{id}/rewind', () => {
  let stack: ApiStack;
  let folder: string;
  beforeAll(async () => {
    [stack, folder] = [await ApiStack.start(), await mkdtemp(join(tmpdir(), 'holdfast-rewind-'))];
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => void (stack.loop.script = play));

  it('takes the run back with a lesson; numbers go on, and a call that is made again runs again', async () => {
    const path = join(folder, 'lines');
    const requests: ScriptedRequest[] = [];
    stack.loop.script = (request, n) => (requests.push(request), play(request, n));
    const ref = await stack.run({ steps: 5, tool: 'append_line', path, delayMs: 60 });
    await stack.loop.untilStep(ref, 4);
    await stack.post(`/runs/${ref.runId}/pause`);
    const { head_step: head, next_step: next } = await stack.loop.untilStatus(ref, 'paused');
    const answer = await stack.post(`/runs/${ref.runId}/rewind`, { toStep: 1, lesson: LESSON });
    expect(answer).toMatchObject({ status: 202, body: { runId: ref.runId, number: 2 } });
    // Temporal shows that the run waits, and that it goes on.
    const shown = async () => (await stack.loop.handle(ref).describe()).typedSearchAttributes.getAll().find(({ key }) => key.name === 'HoldfastStatus')?.value;
    await until('what Temporal shows', async () => (await shown()) === 'paused');
    await stack.post(`/runs/${ref.runId}/resume`);
    await until('what Temporal shows', async () => ['running', 'completed'].includes(String(await shown())));
    await stack.loop.untilStatus(ref, 'completed');
    const { branch } = await checkRun(stack.loop.pool, ref, { status: 'completed' });
    expect(branch.slice(0, 2)).toEqual([1, next]);
    expect(branch).toHaveLength(6);
    // The lesson is in every request from there on, and what was undone in none of them.
    const after = requests.filter((r) => holds(r, LESSON));
    expect(after).toHaveLength(5);
    expect(after.every((r) => r.messages.filter((m) => m.role === 'tool').length < 6)).toBe(true);
    expect(after[0]!.messages.filter((m) => m.role === 'tool')).toHaveLength(1);
    // Line 2.0 was written on both branches, under a key of its own each time.
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.filter((l) => l.endsWith(' 2.0'))).toHaveLength(2);
    expect(new Set(lines.map((l) => l.split(' ')[0])).size).toBe(lines.length);
    expect(lines).toHaveLength(head + 4);
    const { body: first } = await stack.get<{ parent: number }>(`/runs/${ref.runId}/steps/${next}`);
    expect(first.parent).toBe(1);
  });

  it('in the middle of a step: that step is finished, and the next one hangs further back', async () => {
    const ref = await stack.run({ steps: 4, delayMs: 150 });
    await stack.loop.untilStep(ref, 3);
    await stack.post(`/runs/${ref.runId}/rewind`, { toStep: 0 });
    await stack.loop.untilStatus(ref, 'completed');
    const { branch, events } = await checkRun(stack.loop.pool, ref, { status: 'completed' });
    expect(branch).toHaveLength(5);
    expect(branch[0]).toBeGreaterThan(2);
    expect(events.filter((e) => e.type === 'steering.applied')).toHaveLength(1);
  });

  it('while the runtime is down: the attempt that waits is given up', async () => {
    let down = false;
    stack.loop.script = (request, n) => (down ? { error: { status: 503, message: 'loading' } } : play(request, n));
    const ref = await stack.run({ steps: 4, delayMs: 80 });
    await stack.loop.untilStep(ref, 2);
    down = true;
    await stack.loop.untilStatus(ref, 'waiting_runtime');
    await stack.post(`/runs/${ref.runId}/rewind`, { toStep: 1, lesson: LESSON });
    const waiting = await stack.loop.run(ref);
    await stack.loop.untilStep(ref, waiting.next_step);
    down = false;
    await stack.loop.untilStatus(ref, 'completed');
    const { branch } = await checkRun(stack.loop.pool, ref, { status: 'completed' });
    expect(branch[1]).toBe(waiting.next_step);
  });

  it('refuses a step without a checkpoint and a run that has ended; takes a request once under its key', async () => {
    const ref = await stack.run({ steps: 3, delayMs: 60 });
    expect(await stack.post(`/runs/${ref.runId}/rewind`, { toStep: 40 })).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const key = { 'idempotency-key': 'once' };
    await stack.loop.untilStep(ref, 2);
    const first = await stack.post(`/runs/${ref.runId}/rewind`, { toStep: 1 }, key);
    const second = await stack.post(`/runs/${ref.runId}/rewind`, { toStep: 1 }, key);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    await stack.loop.untilStatus(ref, 'completed');
    expect(await stack.post(`/runs/${ref.runId}/rewind`, { toStep: 1 })).toMatchObject({ status: 409, body: { code: 'run_ended' } });
  });
});
