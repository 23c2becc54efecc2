import type { RunRef } from '#contracts';
import { putContents } from './contents.js';
import type { Tx } from './pool.js';
import type { StepKey } from './steps.js';

/** Where a run stands outside its own state: the version of its world, the commit of its workspace. Null: it has none, or left it as it was. */
export type Places = { worldVersion: number | null; workspaceCommit: string | null };
export const NO_PLACES: Places = { worldVersion: null, workspaceCommit: null };
export const placesOf = (p: { worldVersion?: number; workspaceCommit?: string }): Places => ({ worldVersion: p.worldVersion ?? null, workspaceCommit: p.workspaceCommit ?? null });

/** Pins the world that a run plays in. */
export async function setRunWorld(tx: Tx, ref: RunRef, worldId: string): Promise<void> {
  await tx.query('update runs set world_id = $3 where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId, worldId]);
}

/** The run's world, with the version at which the run left it last, on whatever branch; null where it has none. */
export async function readRunWorld(tx: Tx, ref: RunRef): Promise<{ worldId: string; leftAt: number } | null> {
  const { rows } = await tx.query<{ worldId: string | null; leftAt: number | null }>(
    `select r.world_id as "worldId", greatest((select max(world_version) from checkpoints where tenant_id = $1 and run_id = $2), (select max(world_version) from steps where tenant_id = $1 and run_id = $2)) as "leftAt"
     from runs r where r.tenant_id = $1 and r.run_id = $2`,
    [ref.tenantId, ref.runId],
  );
  const { worldId, leftAt } = rows[0] ?? {};
  return worldId == null || leftAt == null ? null : { worldId, leftAt };
}

/** Notes that the open step has moved the run's world on. */
export async function noteWorld(tx: Tx, key: StepKey, version: number): Promise<void> {
  await tx.query(`update steps set world_version = $5 where tenant_id = $1 and run_id = $2 and step = $3 and attempt = $4 and state = 'open'`, [key.tenantId, key.runId, key.step, key.attempt, version]);
}

/** The agent state that a step was taken back to, where that has happened; null where it has not. Call under the run's lock. */
export async function readRestored(tx: Tx, key: StepKey): Promise<Buffer | null> {
  const { rows } = await tx.query<{ restored_hash: Buffer | null }>('select restored_hash from steps where tenant_id = $1 and run_id = $2 and step = $3', [key.tenantId, key.runId, key.step]);
  return rows[0]?.restored_hash ?? null;
}

/** Records that a step was taken back, with the state that all its attempts begin with. */
export async function markRestored(tx: Tx, key: StepKey, state: unknown, worldVersion: number | null): Promise<Buffer> {
  const [hash] = await putContents(tx, key.tenantId, [JSON.stringify(state)]);
  await tx.query(`update steps set state_hash = $4, restored_hash = $4, world_version = coalesce($5, world_version) where tenant_id = $1 and run_id = $2 and step = $3 and state = 'open'`, [key.tenantId, key.runId, key.step, hash, worldVersion]);
  return hash!;
}
