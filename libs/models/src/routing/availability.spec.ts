import { describe, expect, it } from '@jest/globals';
import { HoldfastError } from '#contracts';
import { Availability } from './availability.js';

const gone = new HoldfastError('runtime_unavailable', 'It does not accept connections.');

/** A runtime that is `up` or not, and how often it was asked. */
function runtime() {
  let [now, asked, up] = [0, 0, true];
  const ask = async (): Promise<void> => {
    asked += 1;
    if (!up) throw gone;
  };
  return { availability: new Availability(ask, () => now), asked: () => asked, set: (isUp: boolean) => void (up = isUp), pass: (ms: number) => void (now += ms) };
}

describe('availability', () => {
  it('is not doubted for failures that are the call’s own, nor paused where the runtime answers', async () => {
    const { availability, asked } = runtime();
    await availability.doubt(new HoldfastError('model_missing', 'x'));
    expect(asked()).toBe(0);
    await availability.doubt(gone);
    expect([asked(), availability.isDown, availability.gone.aborted]).toEqual([1, false, false]);
    await expect(availability.assertUp()).resolves.toBeUndefined();
  });

  it('lets go of what waits when the runtime is down, and asks once a second until it is back', async () => {
    const { availability, asked, set, pass } = runtime();
    const waiting = availability.gone;
    set(false);
    await Promise.all([availability.doubt(gone), availability.doubt(gone)]);
    expect([asked(), waiting.aborted, waiting.reason]).toEqual([1, true, gone]);
    for (let i = 0; i < 5; i++) await expect(availability.assertUp()).rejects.toBe(gone);
    expect(asked()).toBe(1);
    pass(1_000);
    await expect(Promise.all([availability.assertUp(), availability.assertUp()])).rejects.toBe(gone);
    expect(asked()).toBe(2);
    set(true);
    pass(1_000);
    await availability.assertUp();
    expect([asked(), availability.isDown, availability.gone.aborted]).toEqual([3, false, false]);
  });
});
