import type { RunRef } from '#contracts';
import type { Tx } from '../pool.js';

/** Every column that points at `contents`; a spec compares this list with the schema. */
export const CONTENT_REFERENCES: readonly (readonly [table: string, column: string])[] = [
  ['runs', 'input_hash'],
  ['runs', 'result_hash'],
  ['steps', 'state_hash'],
  ['messages', 'hash'],
  ['checkpoints', 'state_hash'],
  ['inbox', 'body_hash'],
  ['artifacts', 'content_hash'],
  ['artifacts', 'evidence_hash'],
];

/**
 * Deletes a run with all that hangs on it, and the bodies that nothing else of the tenant points at. Call under the
 * run's lock. The lock on `contents` waits for writers that have found a body but not yet pointed at it; without it
 * such a body could vanish under them.
 */
export async function deleteRun(tx: Tx, ref: RunRef): Promise<void> {
  const pointed = CONTENT_REFERENCES.map(([table, column]) => `select ${column} as hash from ${table} where tenant_id = $1 and run_id = $2 and ${column} is not null`);
  const { rows } = await tx.query<{ hash: Buffer }>(pointed.join(' union '), [ref.tenantId, ref.runId]);
  await tx.query('delete from stream_chunks where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  await tx.query('delete from runs where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  await tx.query('lock table contents in share row exclusive mode');
  const unused = CONTENT_REFERENCES.map(([table, column]) => `not exists (select 1 from ${table} t where t.tenant_id = $1 and t.${column} = c.hash)`);
  await tx.query(`delete from contents c where c.tenant_id = $1 and c.hash = any($2) and ${unused.join(' and ')}`, [ref.tenantId, rows.map((r) => r.hash)]);
}
