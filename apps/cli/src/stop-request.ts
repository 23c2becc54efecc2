import { watchParent } from '#bootstrap/parent-watch';

/** A wish to stop, however it came. */
export interface StopRequest {
  /** Aborted once somebody asked. */
  readonly signal: AbortSignal;
  readonly asked: Promise<void>;
}

/** Ctrl-C reaches a foreground process from the terminal and from npm; that is one wish, not two. */
const SAME_WISH_MS = 2_000;

/**
 * Listens for SIGINT, SIGTERM and SIGHUP, and for the end of the process that started this one. Whoever asks again
 * later doesn't want to wait: the process then ends at once, and the stack's guardian stops what is left.
 */
export function listenForStop(): StopRequest {
  const controller = new AbortController();
  let askedAt = 0;
  const ask = (): void => {
    if (askedAt !== 0 && Date.now() - askedAt > SAME_WISH_MS) process.exit(130);
    askedAt ||= Date.now();
    controller.abort(new Error('stopped before the stack was ready'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  watchParent(ask);
  return { signal: controller.signal, asked: new Promise((resolve) => controller.signal.addEventListener('abort', () => resolve(), { once: true })) };
}
