import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { probe } from '#agents/probe/activities/index';
import type { ScriptedRequest } from '#models/scripted';
import type { RunRef } from '#contracts';
import { checkRun } from '../harness/check-run.js';
import { LoopStack } from '../harness/loop-stack.js';
import { playScenario } from '../harness/scenario.js';

jest.setTimeout(40_000);

const play = playScenario as LoopStack['script'];
const strict = { ...probe, contract: { ...probe.contract, name: 'strict', drift: { ...probe.contract.drift, cooldown: 0, maxEpisodes: 1, mayAsk: false } } };
const asking = { ...probe, contract: { ...probe.contract, name: 'asking', drift: { ...strict.contract.drift, mayAsk: true } } };

describe('what people ask of a run under way', () => {
  let stack: LoopStack;
  beforeAll(async () => void (stack = await LoopStack.start({ agents: new Map([probe, strict, asking].map((a) => [a.contract.name, a])) })));
  afterAll(() => stack?.stop());
  beforeEach(() => void (stack.script = play));

  const says = (request: ScriptedRequest, words: string): number => request.messages.filter((m) => m.content === words).length;

  it('pause: nothing happens until it is resumed, from the same step', async () => {
    const ref = await stack.startRun({ steps: 6, delayMs: 100 });
    await stack.untilStep(ref, 2);
    await stack.ask(ref, 'pause');
    const at = await stack.untilStatus(ref, 'paused');
    const calls = stack.runtime.calls;
    await stack.quiet(400);
    expect(stack.runtime.calls).toBe(calls);
    await stack.ask(ref, 'resume');
    await stack.untilStatus(ref, 'completed');
    const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(branch).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(at.next_step).toBeLessThan(7);
  });

  it('cancel while paused, and cancel in mid model call: ended at once', async () => {
    const paused = await stack.startRun({ steps: 6, delayMs: 100 });
    await stack.ask(paused, 'pause');
    await stack.untilStatus(paused, 'paused');
    const busy = await stack.startRun({ steps: 6, delayMs: 20_000 });
    await stack.untilStep(busy, 1);
    const asked = Date.now();
    for (const ref of [paused, busy]) await stack.ask(ref, 'cancel');
    for (const ref of [paused, busy]) await stack.untilStatus(ref, 'cancelled');
    expect(Date.now() - asked).toBeLessThan(5_000);
    for (const ref of [paused, busy]) await checkRun(stack.pool, ref, { status: 'cancelled' });
  });

  it('a message: the next step reads it, and so do those after it', async () => {
    const seen: number[] = [];
    stack.script = async (request, n) => (seen.push(says(request, 'mind the appendix')), play(request, n));
    const ref = await stack.startRun({ steps: 5, delayMs: 100 });
    await stack.untilStep(ref, 2);
    await stack.ask(ref, 'message', 'mind the appendix');
    await stack.untilStatus(ref, 'completed');
    await checkRun(stack.pool, ref, { status: 'completed' });
    expect(seen.at(-1)).toBe(1);
    expect(Math.max(...seen)).toBe(1);
  });

  it('a message just before the end: the run goes on with it', async () => {
    let said = false;
    let ref: RunRef;
    const seen: number[] = [];
    stack.script = async (request, n) => {
      seen.push(says(request, 'one more thing'));
      const answer = await play(request, n);
      if (answer.toolCalls?.[0]?.name === 'done' && !said) {
        said = true;
        await stack.ask(ref, 'message', 'one more thing');
      }
      return answer;
    };
    ref = await stack.startRun({ steps: 2 });
    await stack.untilStatus(ref, 'completed');
    const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(branch.length).toBeGreaterThan(3);
    expect(seen.at(-1)).toBe(1);
  });

  it.each([
    ['steps', { maxSteps: 3 }, { maxSteps: 20 }],
    ['tokens', { maxTokens: 60 }, { maxTokens: 100_000 }],
  ])('a limit of %s ends the run, and new limits carry it on from its head', async (_name, limits, more) => {
    const ref = await stack.startRun({ steps: 6 }, { limits });
    expect((await stack.untilStatus(ref, 'limit_reached')).status_reason?.code).toBe('limit_reached');
    const { head } = await checkRun(stack.pool, ref, { status: 'limit_reached' });
    await stack.reopen(ref, more);
    await stack.untilStatus(ref, 'completed');
    const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(branch).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(head).toBeLessThan(6);
    expect(await stack.eventTypes(ref)).toContain('run.resumed');
  });

  it('drift stops a run, and a resume with new limits carries it on', async () => {
    let drifting = true;
    stack.script = (request, n) => (drifting ? { content: 'again', toolCalls: [{ name: 'read_filler', args: { n: 1 } }] } : play(request, n));
    const ref = await stack.startRun({ steps: 3 }, { agent: 'strict' });
    await stack.untilStatus(ref, 'drift_stopped');
    const { head } = await checkRun(stack.pool, ref, { status: 'drift_stopped' });
    drifting = false;
    await stack.reopen(ref, { maxSteps: 100 });
    await stack.untilStatus(ref, 'completed');
    const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(branch).toContain(head);
    expect((await stack.eventTypes(ref)).filter((t) => t === 'steering.applied').length).toBeGreaterThan(0);
  });

  it('drift asks a person: the run waits for words, through a pause too, and goes on with them', async () => {
    let drifting = true;
    stack.script = (request, n) => {
      if (says(request, 'stop reading the same page')) drifting = false;
      return drifting ? { content: 'again', toolCalls: [{ name: 'read_filler', args: { n: 1 } }] } : play(request, n);
    };
    const ref = await stack.startRun({ steps: 2 }, { agent: 'asking' });
    const { status_reason: reason } = await stack.untilStatus(ref, 'waiting_input');
    expect(reason?.detail).toContain('Send a message');
    await stack.ask(ref, 'pause');
    await stack.untilStatus(ref, 'paused');
    await stack.ask(ref, 'resume');
    await stack.untilStatus(ref, 'waiting_input');
    await stack.ask(ref, 'message', 'stop reading the same page');
    await stack.untilStatus(ref, 'completed');
    await checkRun(stack.pool, ref, { status: 'completed' });
  });
});
