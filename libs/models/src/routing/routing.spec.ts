import { describe, expect, it } from '@jest/globals';
import type { ModelRef, ModelRole } from '#contracts';
import { createRouter } from './router.js';
import { SharedSlots, SLOT_BOUNDS, SlotYielded } from './shared-slots.js';

const BIG = { runtimeId: 'gpu', model: 'big' };
const SMALL = { runtimeId: 'ollama', model: 'small' };
const roles = (main: ModelRef[]): Record<ModelRole, ModelRef[]> => ({ main, fast: [SMALL], large: main, judge: main, vision: main, embed: [{ runtimeId: 'ollama', model: 'embedder' }] });
const never = new AbortController().signal;

describe('router', () => {
  it('takes the first route, the next while that fails, and the first again after a while', () => {
    let now = 0;
    const router = createRouter({ roles: roles([BIG, SMALL]), runtimeIds: ['ollama', 'gpu'], defaultRuntimeId: 'ollama', now: () => now });
    expect(router.forRole('main')).toEqual({ ...BIG, queue: 'holdfast-model-gpu/big', reason: 'first_choice' });
    router.note('gpu', 'failed');
    expect(router.forRole('main')).toEqual({ ...SMALL, queue: 'holdfast-model-ollama/small', reason: 'fallback' });
    expect(router.instead('main', BIG)).toMatchObject(SMALL);
    router.note('ollama', 'failed');
    expect(router.instead('main', BIG)).toBeNull();
    expect(router.forRole('main')).toMatchObject(BIG);
    router.note('ollama', 'answered');
    now = 31_000;
    expect(router.forRole('main')).toMatchObject({ ...BIG, reason: 'first_choice' });
  });

  it('finds models that are named, with and without a runtime', () => {
    const router = createRouter({ roles: roles([BIG]), runtimeIds: ['ollama', 'gpu'], defaultRuntimeId: 'ollama' });
    expect(router.forModel('gpu/big')).toEqual({ ...BIG, queue: 'holdfast-model-gpu/big', reason: 'asked_for' });
    expect(router.forModel('hf.co/some/model')).toEqual({ runtimeId: 'ollama', model: 'hf.co/some/model', queue: 'holdfast-model-ollama', reason: 'asked_for' });
    expect(router.modelsOf('ollama')).toEqual(['small']);
  });
});

/** Lets calls through one by one; `order` is how they went. */
function playground(slots: SharedSlots) {
  const order: string[] = [];
  const releases: (() => void)[] = [];
  const call = (name: string, model: string, priority = 3, signal = never): Promise<void> => slots.use({ model, priority, signal }, () => new Promise((resolve) => (order.push(name), releases.push(resolve))));
  const finish = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    releases.shift()?.();
  };
  return { order, call, finish };
}

describe('shared slots', () => {
  it('let the loaded model go first, within a bound of calls', async () => {
    const { order, call, finish } = playground(new SharedSlots(1, { maxStreak: 3, maxWaitMs: 60_000, maxIdleMs: 0 }));
    const all = [call('a1', 'a'), call('b1', 'b'), call('a2', 'a'), call('a3', 'a'), call('a4', 'a'), call('b2', 'b')];
    for (let i = 0; i < 6; i++) await finish();
    await Promise.all(all);
    expect(order).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'a4']);
  });

  it('and within a bound of seconds', async () => {
    let now = 0;
    const { order, call, finish } = playground(new SharedSlots(1, { maxStreak: 99, maxWaitMs: 1_000, maxIdleMs: 0 }, () => now));
    const all = [call('a1', 'a'), call('b1', 'b'), call('a2', 'a')];
    now = 1_500;
    for (let i = 0; i < 3; i++) await finish();
    await Promise.all(all);
    expect(order).toEqual(['a1', 'b1', 'a2']);
  });

  it('put priorities before models, and never run more than there are', async () => {
    const slots = new SharedSlots(2, { ...SLOT_BOUNDS, maxIdleMs: 0 });
    const { order, call, finish } = playground(slots);
    const all = [call('a1', 'a'), call('a2', 'a'), call('a3', 'a', 5), call('b1', 'b', 1)];
    expect([slots.inUse, slots.queued]).toEqual([2, 2]);
    for (let i = 0; i < 4; i++) await finish();
    await Promise.all(all);
    expect(order).toEqual(['a1', 'a2', 'b1', 'a3']);
    expect(slots.inUse).toBe(0);
  });

  it('keep a free slot a moment for the loaded model, whose next call is on its way, within the bounds', async () => {
    const slots = new SharedSlots(1, { maxStreak: 3, maxWaitMs: 60_000, maxIdleMs: 200 });
    const order: string[] = [];
    const call = (model: string): Promise<void> => slots.use({ model, priority: 3, signal: never }, async () => void order.push(model), () => 5_000);
    /** As a queue does that takes one task at a time. */
    const queue = async (model: string, calls: number): Promise<void> => {
      for (let i = 0; i < calls; i++) {
        await call(model);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await Promise.all([queue('a', 6), queue('b', 6)]);
    expect(order.join('')).toBe('aaabbbaaabbb');
  });

  it('keep none where a swap costs nothing, nor from a call that is more urgent', async () => {
    const slots = new SharedSlots(1, { maxStreak: 9, maxWaitMs: 60_000, maxIdleMs: 60_000 });
    const call = (model: string, priority: number, loadMs: number): Promise<void> => slots.use({ model, priority, signal: never }, async () => undefined, () => loadMs);
    await call('a', 5, 0);
    await call('b', 1, 0);
    // Measured: the swap to b took no time.
    await call('a', 5, 0);
    expect(slots.queued).toBe(0);
  });

  it('are given back by a call that yields when another one waits, and by that one alone', async () => {
    const slots = new SharedSlots(2);
    const { call, order, finish } = playground(slots);
    const untilEnded = (signal: AbortSignal): Promise<never> => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))));
    const yielding = slots.use({ model: 'a', priority: 5, signal: never, yields: true }, untilEnded);
    const first = call('a1', 'a');
    await new Promise((resolve) => setImmediate(resolve));
    // Two slots for two calls: nobody waits yet.
    expect([slots.inUse, slots.queued]).toEqual([2, 0]);
    const second = call('a2', 'a');
    await expect(yielding).rejects.toThrow(SlotYielded);
    const third = call('a3', 'a');
    await new Promise((resolve) => setImmediate(resolve));
    expect([order, slots.queued]).toEqual([['a1', 'a2'], 1]);
    for (let i = 0; i < 3; i++) await finish();
    await Promise.all([first, second, third]);
    expect(slots.inUse).toBe(0);
  });

  it('are given up by a call that is cancelled while it waits', async () => {
    const slots = new SharedSlots(1);
    const { order, call, finish } = playground(slots);
    const cancel = new AbortController();
    const first = call('a1', 'a');
    const left = call('a2', 'a', 3, cancel.signal);
    cancel.abort(new Error('cancelled'));
    await expect(left).rejects.toThrow('cancelled');
    await finish();
    await first;
    expect([order, slots.queued]).toEqual([['a1'], 0]);
  });
});
