import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until the answer is truthy, and gives it back; an error counts as "not yet". Fails with what was last seen once
 * `ms` are over.
 */
export async function until<T>(what: string, ask: () => Promise<T> | T, ms = 20_000, everyMs = 25): Promise<NonNullable<T>> {
  const deadline = Date.now() + ms;
  for (;;) {
    let seen: unknown;
    try {
      const answer = await ask();
      if (answer) return answer;
      seen = answer;
    } catch (error) {
      seen = error instanceof Error ? error.message : error;
    }
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms for ${what}; last seen: ${String(seen)}`);
    await sleep(everyMs);
  }
}
