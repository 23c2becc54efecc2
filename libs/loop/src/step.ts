import type { ErrorCode, PlannedCall, StepEnd } from '#contracts';
import type { LoopPorts } from './ports.js';
import type { LoopState } from './state.js';

export type StepResult = { kind: 'closed'; end: StepEnd } | { kind: 'failed'; code: ErrorCode } | { kind: 'interrupted' };

/**
 * One step: the model's turn, then its calls in order; a refused turn is tried again with the reason, up to
 * `maxAttempts`. Changes `state.tokens` and `state.unread`, which the activities report along the way.
 */
export async function runStep(state: LoopState, ports: LoopPorts): Promise<StepResult> {
  const step = state.nextStep;
  let code: ErrorCode = 'output_invalid';
  const first = state.interrupted ?? 1;
  for (let attempt = first; attempt <= state.maxAttempts; attempt++) {
    const again = state.interrupted === attempt;
    state.interrupted = null;
    const turn = await ports.callModel({
      step,
      attempt,
      parent: state.head,
      ...(again ? { again } : {}),
      ...(state.pending ? { steering: state.pending } : {}),
    });
    state.tokens += turn.tokens;
    if ((turn.kind === 'calls' || turn.kind === 'closed') && turn.compact !== undefined) state.compact = turn.compact;
    if (turn.kind === 'closed') return noteUnread(state, turn.end);
    state.unread = turn.unread;
    if (turn.kind === 'interrupted') {
      state.interrupted = attempt;
      return turn;
    }
    if (turn.kind === 'rejected') {
      code = turn.code;
      continue;
    }
    const result = await runCalls(state, ports, attempt, turn.calls);
    if (result.kind !== 'rejected') return result;
    code = result.code;
  }
  return { kind: 'failed', code };
}

async function runCalls(state: LoopState, ports: LoopPorts, attempt: number, calls: PlannedCall[]): Promise<StepResult | { kind: 'rejected'; code: ErrorCode }> {
  for (const c of calls) {
    const out = await ports.callTool({ step: state.nextStep, attempt, call: c.call, tool: c.tool, last: c === calls.at(-1) }, c.timeoutMs);
    if (out.kind === 'closed') return noteUnread(state, out.end);
    state.unread = out.unread;
    if (out.kind !== 'done') return out;
  }
  throw new Error('the last call of a step did not close it');
}

function noteUnread(state: LoopState, end: StepEnd): StepResult {
  state.unread = end.unread;
  return { kind: 'closed', end };
}
