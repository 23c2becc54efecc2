import type { RunRef } from '#contracts';
import type { Tx } from '../pool.js';

/**
 * A run's time stands still while a person decides: what a question may take is added to `maxSeconds` when it is
 * asked, and what it did not take is taken off when it is decided or withdrawn. Call under the run's lock.
 */
export async function addRunSeconds(tx: Tx, ref: RunRef, seconds: number): Promise<void> {
  if (seconds === 0) return;
  await tx.query(`update runs set limits = jsonb_set(limits, '{maxSeconds}', to_jsonb(greatest(1, (limits->>'maxSeconds')::bigint + $3))) where tenant_id = $1 and run_id = $2`, [ref.tenantId, ref.runId, seconds]);
}

/** Seconds until a question expires, as they were added. */
export const secondsUntil = (expiresAt: Date, now = Date.now()): number => Math.max(0, Math.floor((expiresAt.getTime() - now) / 1_000));
