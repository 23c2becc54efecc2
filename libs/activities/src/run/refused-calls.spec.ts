import { describe, expect, it } from '@jest/globals';
import type { ModelCall, Route } from '#contracts';
import { type Refused, RefusedCalls } from './refused-calls.js';

const route = { runtimeId: 'ollama', model: 'm', queue: 'q', reason: 'first_choice' } as Route;
const call = (n: number): ModelCall => ({ runId: `run-${n}`, step: 1, attempt: 1 }) as ModelCall;
const refused = (priority: number): Refused => ({ route, role: undefined, steered: false, priority });

describe('the calls that a paused gate refused', () => {
  const filled = (counts: Record<number, number>, now = () => 0) => {
    const calls = new RefusedCalls(now, () => 0.5);
    let n = 0;
    for (const [priority, count] of Object.entries(counts)) for (let i = 0; i < count; i++) calls.note(call(n++), refused(Number(priority)));
    return calls;
  };

  it('come again as by Temporal’s back-off while few wait', () => {
    const calls = filled({ 1: 5 });
    expect([1, 2, 3, 20].map((delivery) => calls.retryAfterMs(1, delivery))).toEqual([1_000, 1_500, 2_250, 15_000]);
  });

  it('come at ten a second where many wait, and each within half a minute', () => {
    expect(filled({ 1: 200 }).retryAfterMs(1, 1)).toBe(20_000);
    expect(filled({ 1: 5_000 }).retryAfterMs(1, 1)).toBe(30_000);
  });

  it('do not wait for less urgent ones', () => {
    const calls = filled({ 1: 10, 5: 200 });
    expect(calls.retryAfterMs(1, 1)).toBe(1_000);
    expect(calls.retryAfterMs(5, 1)).toBe(21_000);
  });

  it('come apart where they were refused at once', () => {
    const draws = [0, 0.5, 1];
    const calls = new RefusedCalls(() => 0, () => draws.shift()!);
    expect([1, 2, 3].map(() => calls.retryAfterMs(1, 1))).toEqual([900, 1_000, 1_100]);
  });

  it('are forgotten when they are taken, and when they come no more', () => {
    let now = 0;
    const calls = filled({ 1: 200 }, () => now);
    expect(calls.find(call(0))).toEqual(expect.objectContaining(refused(1)));
    calls.forget(call(0));
    expect(calls.find(call(0))).toBeNull();
    now = 60_000;
    calls.note(call(7), refused(1));
    expect(calls.retryAfterMs(1, 1)).toBe(1_000);
    expect([calls.find(call(6)), calls.find(call(7))]).toEqual([null, expect.anything()]);
  });
});
