import type { ChatDelta } from '#contracts';
import { WireError } from './wire/wire-error.js';

/** Milliseconds. Both start anew with each call; not given, the connection's own silence limit holds alone. */
export type TokenLimits = {
  /** Until the first token: loading and reading the prompt. */
  firstTokenMs?: number;
  /** Between two tokens. */
  stallMs?: number;
};

export interface TokenWatch {
  readonly signal: AbortSignal;
  readonly onDelta: (delta: ChatDelta) => void;
  readonly stalled: WireError | null;
  end(): void;
}

/** Gives a call up when no token comes for longer than it may take. */
export function watchTokens(signal: AbortSignal, limits: TokenLimits | undefined, onDelta?: (delta: ChatDelta) => void): TokenWatch {
  const late = new AbortController();
  let stalled: WireError | null = null;
  let timer: NodeJS.Timeout | undefined;
  const arm = (ms: number | undefined): void => {
    clearTimeout(timer);
    if (ms === undefined) return;
    timer = setTimeout(() => {
      stalled = new WireError('silent', '');
      late.abort(stalled);
    }, ms);
    timer.unref();
  };
  arm(limits?.firstTokenMs);
  return {
    signal: AbortSignal.any([signal, late.signal]),
    onDelta(delta) {
      arm(limits?.stallMs);
      onDelta?.(delta);
    },
    get stalled() {
      return stalled;
    },
    end: () => clearTimeout(timer),
  };
}
