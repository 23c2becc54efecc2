import type { DriftState } from '#contracts';
import type { Places, Turn } from '#store';

/** What a turn that was just answered leaves in the run's row, for the step that follows. */
export function spentTurn(turn: Turn, tokens: number, calls: number): Turn {
  return { ...turn, status: 'running', tokensUsed: turn.tokensUsed + tokens, toolCallsUsed: turn.toolCallsUsed + calls, restored: false, opened: null, done: null, rejection: null };
}

/**
 * The turn that the step after a checkpoint will find in Postgres, if nobody does anything to the run meanwhile; null
 * where an agent notes the world that its turn is about, which only an attempt that is open may do.
 */
export function expectedTurn(turn: Turn, checkpoint: { stateHash: Buffer; places: Places }, driftState: DriftState): Turn | null {
  if (turn.worldId !== null) return null;
  const { stateHash, places } = checkpoint;
  // As it comes back from Postgres: what is undefined is not there.
  const stored = JSON.parse(JSON.stringify(driftState)) as DriftState;
  return { ...turn, stateHash, driftState: stored, worldVersion: places.worldVersion ?? turn.worldVersion, workspaceCommit: places.workspaceCommit ?? turn.workspaceCommit };
}
