import type { CompactOutcome } from '#contracts';
import { PortFailure } from './failure.js';
import type { LoopPorts } from './ports.js';
import type { LoopState } from './state.js';

/** Steps before another try, where one gained nothing: otherwise each step would be followed by one. */
const AFTER_NOTHING = 8;

/**
 * Makes room where the last turn said that the window is nearly full: a step of its own, on which the next one hangs.
 * A failure leaves everything as it was. @returns whether a step was made.
 */
export async function makeRoom(state: LoopState, ports: LoopPorts): Promise<boolean> {
  const budget = state.compact;
  // A decision that moves the head comes with the next turn, and so does the answer to an interrupted one.
  if (budget === undefined || state.interrupted !== null || state.pending?.toStep !== undefined || state.nextStep < (state.compactFrom ?? 0)) return false;
  if (!ports.compact || !ports.mayCompact?.()) return false;
  delete state.compact;
  const step = state.nextStep++;
  const outcome = await attempt(ports, { step, parent: state.head, budget });
  state.tokens += outcome.tokens;
  state.unread = Math.max(state.unread, outcome.unread);
  if (outcome.kind === 'none') state.compactFrom = state.nextStep + AFTER_NOTHING;
  else state.head = step;
  return true;
}

async function attempt(ports: LoopPorts, input: { step: number; parent: number; budget: number }): Promise<CompactOutcome> {
  try {
    return await ports.compact!(input);
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    await ports.abandonStep({ step: input.step, code: error.code });
    return { kind: 'none', tokens: 0, unread: 0 };
  }
}
