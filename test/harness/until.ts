import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until the answer is truthy, and gives it back; an error counts as "not yet". Fails with what was last seen once
 * `ms` are over.
 */
export async function until<T>(what: string, ask: () => Promise<T> | T, ms = 20_000, everyMs = 25): Promise<NonNullable<T>> {
  return waitFor(what, ask, ms, everyMs, false);
}

/** The same for what comes by steps: the time begins again whenever something else is seen, so that a slow machine is waited for and one that stands still is not. */
export async function untilReached<T>(what: string, ask: () => Promise<T> | T, stillMs = 20_000, everyMs = 25): Promise<NonNullable<T>> {
  return waitFor(what, ask, stillMs, everyMs, true);
}

async function waitFor<T>(what: string, ask: () => Promise<T> | T, ms: number, everyMs: number, renewed: boolean): Promise<NonNullable<T>> {
  let deadline = Date.now() + ms;
  let before = '';
  for (;;) {
    let seen: unknown;
    try {
      const answer = await ask();
      if (answer) return answer;
      seen = answer;
    } catch (error) {
      seen = error instanceof Error ? error.message : error;
    }
    if (renewed && String(seen) !== before) [before, deadline] = [String(seen), Date.now() + ms];
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms for ${what}; last seen: ${String(seen)}`);
    await sleep(everyMs);
  }
}
