import type { RetentionRule, RunRef, Swept } from '#contracts';
import { ALL_TENANTS, type BodyKey, deleteEndedRun, deleteOldEvents, deleteUnreached, type Pool, readBodies, readExpiredRuns, readRunsWithOldEvents, type Tx, withTx } from '#store';
import { activity } from '../edge.js';

const RUNS = 50;
const BODIES = 500;

export type RetentionDeps = { pool: Pool; rules: readonly RetentionRule[] };
export type RetentionActivities = ReturnType<typeof createRetentionActivities>;

export function createRetentionActivities({ pool, rules }: RetentionDeps) {
  return {
    /** Removes the runs and the events whose time is over, and the bodies that nothing reaches, in short transactions beside live runs. */
    sweep: activity<void, Swept>(async (_input, signal) => {
      const runs = await each(pool, signal, (tx) => readExpiredRuns(tx, rules, RUNS), deleteEndedRun);
      const events = await each(pool, signal, (tx) => readRunsWithOldEvents(tx, rules, RUNS), deleteOldEvents);
      return { runs, events, bodies: await prune(pool, signal) };
    }),
  };
}

/** Removes something of each run that `find` names, page by page, each in a transaction of its own. */
async function each(pool: Pool, signal: AbortSignal, find: (tx: Tx) => Promise<RunRef[]>, remove: (tx: Tx, ref: RunRef) => Promise<boolean>): Promise<number> {
  let removed = 0;
  for (;;) {
    const refs = await withTx(pool, ALL_TENANTS, find);
    let now = 0;
    for (const ref of refs) {
      signal.throwIfAborted();
      if (await withTx(pool, ref.tenantId, (tx) => remove(tx, ref)).catch(unlessBusy)) now++;
    }
    removed += now;
    // A page of which none would go is left to the next sweep.
    if (now === 0 || refs.length < RUNS) return removed;
  }
}

async function prune(pool: Pool, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (let after: BodyKey | null = null; ; ) {
    signal.throwIfAborted();
    const page: (BodyKey & { unreached: boolean })[] = await withTx(pool, ALL_TENANTS, (tx) => readBodies(tx, after, BODIES));
    for (const [tenantId, hashes] of byTenant(page.filter((b) => b.unreached))) removed += Number(await withTx(pool, tenantId, (tx) => deleteUnreached(tx, tenantId, hashes)).catch(unlessBusy));
    if (page.length < BODIES) return removed;
    after = page.at(-1)!;
  }
}

function byTenant(bodies: BodyKey[]): Map<string, Buffer[]> {
  const tenants = new Map<string, Buffer[]>();
  for (const { tenantId, hash } of bodies) tenants.set(tenantId, [...(tenants.get(tenantId) ?? []), hash]);
  return tenants;
}

/** The lock was not to be had in time: what goes on comes first, and the next sweep finds it again. */
function unlessBusy(error: unknown): false {
  if ((error as { code?: unknown }).code === '55P03') return false;
  throw error;
}
