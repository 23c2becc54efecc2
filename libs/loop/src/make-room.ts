import type { CompactOutcome } from '#contracts';
import { PortFailure } from './failure.js';
import type { LoopPorts } from './ports.js';
import { type LoopState, moveHead } from './state.js';

/** Steps before another try, where one gained nothing: otherwise each step would be followed by one. */
const AFTER_NOTHING = 8;

/** Masking is decided on its own and asks for no number: none is looked at. */
const budgetOf = ({ mask, compact }: LoopState): number | undefined => (mask ? 0 : compact);

/** Whether the last turn said that the window is nearly full, and the next step is one that room can be made before. */
export function roomDue(state: LoopState, ports: LoopPorts): boolean {
  const { mask } = state;
  // A decision that moves the head comes with the next turn, and so does the answer to an interrupted one.
  if (budgetOf(state) === undefined || state.interrupted !== null || state.pending?.toStep !== undefined || (!mask && state.nextStep < (state.compactFrom ?? 0))) return false;
  return Boolean(ports.compact && ports.mayCompact?.());
}

/**
 * Makes room where that is due: a step of its own, on which the next one hangs. A failure leaves everything as it was.
 * @returns whether a step was made.
 */
export async function makeRoom(state: LoopState, ports: LoopPorts): Promise<boolean> {
  const { mask } = state;
  const budget = budgetOf(state)!;
  if (mask) delete state.mask;
  else delete state.compact;
  const step = state.nextStep++;
  const outcome = await attempt(ports, { step, parent: state.head, budget, ...(mask ? { mask } : {}), ...(state.role ? { role: state.role } : {}) });
  state.tokens += outcome.tokens;
  state.unread = Math.max(state.unread, outcome.unread);
  if (outcome.kind !== 'none') moveHead(state, step);
  else if (!mask) state.compactFrom = state.nextStep + AFTER_NOTHING;
  return true;
}

async function attempt(ports: LoopPorts, input: Parameters<NonNullable<LoopPorts['compact']>>[0]): Promise<CompactOutcome> {
  try {
    return await ports.compact!(input);
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    await ports.abandonStep({ step: input.step, code: error.code });
    return { kind: 'none', tokens: 0, unread: 0 };
  }
}
