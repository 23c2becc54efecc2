import type { Limits, RunRef } from '#contracts';
import { appendEvents, type HeadAfter } from '../events.js';
import type { Tx } from '../pool.js';

/** New limits for a run; the workflow reads them when it applies its inbox. Call under the run's lock. */
export async function setLimits(tx: Tx, ref: RunRef, limits: Limits): Promise<void> {
  await tx.query('update runs set limits = $3 where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId, limits]);
}

/** Takes an ended, resumable run back to `queued`, for a new execution under the same workflow id. Call under the run's lock. */
export async function reopenRun(tx: Tx, ref: RunRef): Promise<HeadAfter> {
  await tx.query(`update runs set status = 'queued', status_reason = null, ended_at = null where tenant_id = $1 and run_id = $2 and status in ('limit_reached', 'drift_stopped')`, [ref.tenantId, ref.runId]);
  return appendEvents(tx, ref, [{ type: 'run.resumed' }, { type: 'status.changed', data: { status: 'queued' } }]);
}

/** Whether the run's inbox holds a request of that kind that the run has not taken up. Call under the run's lock. */
export async function pendingKinds(tx: Tx, ref: RunRef): Promise<string[]> {
  const { rows } = await tx.query<{ kind: string }>('select kind from inbox where tenant_id = $1 and run_id = $2 and applied_at is null order by n', [ref.tenantId, ref.runId]);
  return rows.map((r) => r.kind);
}
