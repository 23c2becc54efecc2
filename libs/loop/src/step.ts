import type { ErrorCode, PlannedCall, StepEnd, ToolOutcome } from '#contracts';
import type { LoopPorts } from './ports.js';
import type { LoopState } from './state.js';

export type StepResult = { kind: 'closed'; end: StepEnd } | { kind: 'failed'; code: ErrorCode } | { kind: 'interrupted' } | { kind: 'cancelled' } | { kind: 'rewound'; toStep: number };

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
      ...(step <= (state.gatedTo ?? 0) ? { gated: true } : {}),
      ...(state.role ? { role: state.role } : {}),
      ...judged(state),
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
    state.toolCalls = (state.toolCalls ?? 0) + turn.calls.length;
    const result = await runCalls(state, ports, attempt, turn.calls);
    if (result.kind !== 'rejected') return result;
    code = result.code;
  }
  return { kind: 'failed', code };
}

async function runCalls(state: LoopState, ports: LoopPorts, attempt: number, calls: PlannedCall[]): Promise<StepResult | { kind: 'rejected'; code: ErrorCode }> {
  for (const c of calls) {
    const ask = (): Promise<ToolOutcome> => ports.callTool({ step: state.nextStep, attempt, call: c.call, tool: c.tool, last: c === calls.at(-1), ...judged(state) }, c.timeoutMs);
    let out = await ask();
    while (out.kind === 'waiting') {
      const end = await awaitDecision(state, ports, out.waitSeconds);
      if (end) return end;
      out = await ask();
    }
    if (out.kind === 'closed') return noteUnread(state, out.end);
    state.unread = out.unread;
    if (out.kind !== 'done') return out;
  }
  throw new Error('the last call of a step did not close it');
}

/** Waits in the middle of a step until a person may have decided; what else they want of the run is seen to meanwhile. */
async function awaitDecision(state: LoopState, ports: LoopPorts, seconds: number): Promise<StepResult | null> {
  let most = seconds;
  for (;;) {
    const left = state.limits.maxSeconds - ports.elapsedSeconds();
    if (left <= 0) return { kind: 'failed', code: 'limit_reached' };
    ports.showWaiting?.('waiting_approval');
    await ports.waitForWake(Math.min(left, most));
    ports.clearWake();
    // The step that is open has had its turn: the next one takes up people's words.
    const inbox = await ports.applyInbox({ step: state.nextStep + 1 });
    state.limits = inbox.limits;
    if (inbox.cancel) return { kind: 'cancelled' };
    if (inbox.rewindTo !== undefined) return { kind: 'rewound', toStep: inbox.rewindTo };
    if (!inbox.paused) break;
    most = Infinity;
  }
  ports.showWaiting?.('running');
  return null;
}

/** Whichever call closes the step looks for the verdict that is waited for. */
const judged = ({ judge }: LoopState): { judged?: number } => (judge?.waiting == null ? {} : { judged: judge.waiting });

function noteUnread(state: LoopState, end: StepEnd): StepResult {
  state.unread = end.unread;
  state.tokens += end.judgeTokens ?? 0;
  return { kind: 'closed', end };
}
