import type { DriftPolicy, JudgeWatch, LadderState, Limits, ModelRole, RunPlan, Steering } from '#contracts';
import { initialLadder, initialWatch } from '#drift';

/** All that the loop carries from step to step, and through continue-as-new. Small, and without content. */
export type LoopState = {
  nextStep: number;
  /** The step that the next one hangs on. */
  head: number;
  limits: Limits;
  tokens: number;
  /** Not there in an execution that went on from an older one. */
  toolCalls?: number;
  unread: number;
  ladder: LadderState;
  /** Decided after the last step; takes effect, and is recorded, with the next model call. */
  pending: Steering | null;
  /** The attempt of the next step that was interrupted to see to the inbox, and goes on afterwards. */
  interrupted: number | null;
  /** Newest step of the branch with verdict `ok`: where a rewind goes. */
  lastGood: number | null;
  /** Room must be made before the next step: the tokens of the window that the past may have. */
  compact?: number;
  /** No room is made before this step, since the last try gained nothing. */
  compactFrom?: number;
  /** Old results are to go by reference before the next step, as the ladder decided. */
  mask?: boolean;
  /** The last step that is offered only tools that look. */
  gatedTo?: number;
  /** The model role that the run goes on with after `escalate`. */
  role?: ModelRole;
  /** Newest steps of the branch, oldest first. Not there in an execution that went on from an older one. */
  trail?: number[];
  drift: DriftPolicy;
  /** Where the policy has a judge. */
  judge?: JudgeWatch;
  maxAttempts: number;
};

/** Steps of the branch that are kept: further back than the signals look. */
const TRAIL = 24;

/** Moves the head: forward to a step that was made on it, or back along the branch. */
export function moveHead(state: LoopState, head: number): void {
  state.head = head;
  // A verdict on steps that are no longer on the branch is nobody's.
  if (state.judge && (state.judge.waiting ?? 0) > head) state.judge = { ...state.judge, waiting: null };
  state.trail = [...(state.trail ?? []).filter((step) => step < head), head].slice(-TRAIL);
}

export function initialState(plan: RunPlan): LoopState {
  return {
    nextStep: plan.nextStep,
    head: plan.headStep,
    limits: plan.limits,
    tokens: plan.tokensUsed,
    toolCalls: plan.toolCallsUsed ?? 0,
    unread: plan.unread,
    ladder: initialLadder,
    pending: null,
    interrupted: null,
    lastGood: plan.headStep,
    trail: [plan.headStep],
    drift: plan.drift,
    ...(plan.drift.judge && plan.judgeQueue ? { judge: initialWatch } : {}),
    maxAttempts: plan.maxAttempts,
  };
}
