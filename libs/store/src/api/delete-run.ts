import type { RunRef } from '#contracts';
import type { Tx } from '../pool.js';
import { destroyRunKey } from '../sealing/index.js';

/** Every column that points at `contents`; a spec compares this list with the schema. */
export const CONTENT_REFERENCES: readonly (readonly [table: string, column: string])[] = [
  ['runs', 'input_hash'],
  ['runs', 'result_hash'],
  ['runs', 'prompt_hash'],
  ['runs', 'partial_hash'],
  ['approvals', 'args_hash'],
  ['approvals', 'detail_hash'],
  ['approvals', 'edited_hash'],
  ['approvals', 'comment_hash'],
  ['steps', 'state_hash'],
  ['steps', 'restored_hash'],
  ['messages', 'hash'],
  ['checkpoints', 'state_hash'],
  ['inbox', 'body_hash'],
  ['artifacts', 'content_hash'],
  ['artifacts', 'evidence_hash'],
  ['addenda', 'body_hash'],
  ['batch_items', 'input_hash'],
  ['run_steering', 'vector_hash'],
  ['judge_verdicts', 'answer_hash'],
  ['step_candidates', 'body_hash'],
];

/** The open step of a run is its newest; a closed one's state is its checkpoint's, and nobody reads an abandoned one's. */
const ofOpenStep = (column: string): string => `select 1 from run_heads h join steps t on t.tenant_id = h.tenant_id and t.run_id = h.run_id and t.step = h.next_step - 1 where h.tenant_id = c.tenant_id and t.state = 'open' and t.${column} = c.hash`;
const POINTS: Record<string, string> = { 'steps.state_hash': ofOpenStep('state_hash'), 'steps.restored_hash': ofOpenStep('restored_hash') };

/** True for a body `c` of `contents` that nothing of its tenant points at. */
export const NOTHING_POINTS = CONTENT_REFERENCES.map(([table, column]) => `not exists (${POINTS[`${table}.${column}`] ?? `select 1 from ${table} t where t.tenant_id = c.tenant_id and t.${column} = c.hash`})`).join(' and ');

/**
 * Deletes a run with all that hangs on it, and the bodies that nothing else of the tenant points at. Call under the
 * run's lock. The lock on `contents` waits for writers that have found a body but not yet pointed at it; without it
 * such a body could vanish under them.
 */
export async function deleteRun(tx: Tx, ref: RunRef): Promise<void> {
  const pointed = CONTENT_REFERENCES.map(([table, column]) => `select ${column} as hash from ${table} where tenant_id = $1 and run_id = $2 and ${column} is not null`);
  const { rows } = await tx.query<{ hash: Buffer }>(pointed.join(' union '), [ref.tenantId, ref.runId]);
  const keyId = (await tx.query<{ key_id: string | null }>('select key_id from runs where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId])).rows[0]?.key_id;
  await tx.query('delete from stream_chunks where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  await tx.query('delete from runs where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  await tx.query('lock table contents in share row exclusive mode');
  await tx.query(`delete from contents c where c.tenant_id = $1 and c.hash = any($2) and ${NOTHING_POINTS}`, [ref.tenantId, rows.map((r) => r.hash)]);
  if (!keyId) return;
  // A fork shares its source's key. Without it the run's bodies in backups are gone too.
  const { rowCount } = await tx.query('select 1 from runs where tenant_id = $1 and key_id = $2 limit 1', [ref.tenantId, keyId]);
  if (!rowCount) await destroyRunKey(keyId);
}
