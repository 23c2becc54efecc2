import { describe, expect, it } from '@jest/globals';
import type { EventType, RunEvent, RunView, StepView } from '#client';
import { RunModel } from './run-model.js';

const run = (head: number, lastEvent = 0): RunView => ({ id: 'r', head: { step: head, checkpoint: head }, lastEvent, status: 'running' }) as unknown as RunView;
const step = (n: number, parent = n - 1, state: StepView['state'] = 'closed'): StepView =>
  ({ step: n, parent, state, attempts: 1, model: 'm', route: null, promptTokens: 1, outputTokens: 1, thinkingTokens: 0, calls: [], drift: null, steering: null, startedAt: '', endedAt: '' });
let seq = 0;
const event = (type: EventType, n: number | null, data: Record<string, unknown> = {}): { kind: 'event'; event: RunEvent } => ({ kind: 'event', event: { runId: 'r', seq: ++seq, at: '2026-01-01T00:00:00Z', type, step: n, attempt: 1, data } });

describe('what is known of a run', () => {
  it('keeps steps in the order of their numbers, however they come', () => {
    const model = new RunModel(run(3));
    for (const n of [3, 1, 2]) model.put(step(n));
    model.put({ ...step(2), outputTokens: 9 });
    expect(model.steps.map((one) => [one.step, one.outputTokens])).toEqual([[1, 1], [2, 9], [3, 1]]);
  });

  it('follows a step from its start to its checkpoint', () => {
    const model = new RunModel(run(0));
    expect(model.take(event('step.started', 1, { parent: 0 }))).toEqual({ run: true });
    model.take({ kind: 'part', part: { type: 'thinking.delta', step: 1, attempt: 1, n: 0, text: 'hm' } });
    model.take({ kind: 'part', part: { type: 'text.delta', step: 1, attempt: 1, n: 1, text: 'I ' } });
    model.take({ kind: 'part', part: { type: 'text.delta', step: 1, attempt: 1, n: 2, text: 'see' } });
    expect(model.open).toEqual({ step: 1, attempt: 1, text: 'I see', thinking: 'hm' });
    model.take(event('tool.called', 1, { call: 0, tool: 'search' }));
    model.take(event('tool.finished', 1, { call: 0, tool: 'search', ms: 12 }));
    model.take(event('drift.report', 1, { verdict: 'suspect', overthinking: 0.5, overacting: 0.1 }));
    expect(model.step(1)).toMatchObject({ state: 'open', calls: [{ tool: 'search', state: 'done', ms: 12 }], drift: { verdict: 'suspect', overthinking: 0.5 } });
    expect(model.take(event('checkpoint.saved', 1))).toEqual({ step: 1, run: true });
    expect(model.open).toBeNull();
  });

  it('drops the text of an attempt that is taken again', () => {
    const model = new RunModel(run(0));
    model.take({ kind: 'part', part: { type: 'text.delta', step: 1, attempt: 1, n: 0, text: 'lost' } });
    model.take({ kind: 'reset', step: 1, attempt: 2 });
    model.take({ kind: 'part', part: { type: 'text.delta', step: 1, attempt: 2, n: 0, text: 'kept' } });
    expect(model.open?.text).toBe('kept');
  });

  it('tells the branch that the run is on from what it left', () => {
    const model = new RunModel(run(5));
    for (const [n, parent] of [[1, 0], [2, 1], [3, 2], [4, 1], [5, 4]] as const) model.put(step(n, parent));
    expect([...model.branch()].sort()).toEqual([1, 4, 5]);
  });

  it('does not go back to an older answer', () => {
    const model = new RunModel(run(2, 20));
    model.setRun(run(1, 10));
    expect(model.run.lastEvent).toBe(20);
  });
});
