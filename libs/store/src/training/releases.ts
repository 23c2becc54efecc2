import type { RunRef, TrainingRelease } from '#contracts';
import type { Tx } from '../pool.js';
import { sealBody } from '../sealing/index.js';

/** Releases a sensitive run for training; one that was released before stays as it was. Call in the run's scope (`inRun`): the reason is sealed as the run is. */
export async function releaseForTraining(tx: Tx, ref: RunRef, by: { principalId: string; reason: string }): Promise<{ release: TrainingRelease; added: boolean }> {
  const { body, enc, key_id: keyId } = sealBody(by.reason);
  const { rowCount } = await tx.query('insert into training_releases (tenant_id, run_id, principal_id, reason, enc, key_id) values ($1, $2, $3, $4, $5, $6) on conflict do nothing', [ref.tenantId, ref.runId, by.principalId, body, enc, keyId]);
  const { rows } = await tx.query<{ principal_id: string; released_at: Date }>('select principal_id, released_at from training_releases where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  return { release: { runId: ref.runId, principalId: rows[0]!.principal_id, releasedAt: rows[0]!.released_at.toISOString() }, added: Boolean(rowCount) };
}

/** @returns whether it had been released. What was exported before stays with whoever has it. */
export async function withdrawRelease(tx: Tx, ref: RunRef): Promise<boolean> {
  const { rowCount } = await tx.query('delete from training_releases where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  return Boolean(rowCount);
}
