import type { ModelCall } from '#contracts';
import { getJson, lockRun, markRestored, readRestored, readRunWorld, requireOpen, type Turn, withTx } from '#store';
import type { AgentImplementation } from '../agent.js';
import type { RunDeps } from './deps.js';

/**
 * Takes what the run keeps outside its state back to the checkpoint that the step hangs on, once a step and in one
 * transaction; its turn then begins with the state that the agent gives. Nothing where the step hangs on the one
 * before it, or the agent keeps nothing outside.
 */
export async function restorePlaces(deps: RunDeps, call: ModelCall, agent: AgentImplementation, turn: Turn): Promise<Turn> {
  const restore = agent.restore;
  if (!restore || turn.restored || call.parent === call.step - 1) return turn;
  const stateHash = await withTx(deps.pool, call.tenantId, async (tx) => {
    await lockRun(tx, call);
    await requireOpen(tx, call);
    const before = await readRestored(tx, call);
    if (before) return before;
    const { worldId, worldVersion, workspaceCommit } = turn;
    const state = await getJson(tx, call.tenantId, turn.stateHash);
    const leftAt = (await readRunWorld(tx, call))?.leftAt ?? null;
    const restored = await restore({ tx, tenantId: call.tenantId, runId: call.runId, step: call.step, input: await getJson(tx, call.tenantId, turn.inputHash), state, worldId, target: { worldVersion, workspaceCommit }, leftAt });
    return markRestored(tx, call, restored.state ?? state, restored.worldVersion ?? null);
  });
  return { ...turn, stateHash, restored: true };
}
