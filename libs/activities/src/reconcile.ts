import { type BatchRef, ERROR_CODES, type IngestionRef, type RunRef } from '#contracts';
import { ALL_TENANTS, appendEvents, endRun, type LiveRun, markSynced, type Notifier, type Pool, readLiveRuns, readQueuedBatches, readQueuedIngestions, readRun, readUnsynced, refuseSchedule, type ScheduleRow, withTx } from '#store';
import type { AgentImplementation } from './agent.js';
import { activity } from './edge.js';
import { repairBatches } from './reconcile-batches.js';
import { removeLeftovers } from './reconcile-leftovers.js';
import { attendThreads } from './reconcile-threads.js';
import { repairIngestions } from './reconcile-ingestions.js';
import { endOrphans } from './reconcile-orphans.js';

/** How a run's execution stands in Temporal. */
export type ExecutionState = 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out' | 'missing';

/** What the reconciler needs of a Temporal client. */
export interface RunStarter {
  /** Starts the run's execution; one that is running already is left alone. */
  start(run: RunRef & Pick<LiveRun, 'agent' | 'priority' | 'startAt' | 'resumed'>): Promise<void>;
  wake(ref: RunRef): Promise<void>;
  cancel(ref: RunRef): Promise<void>;
  describe(ref: RunRef): Promise<ExecutionState>;
  /** When the run's newest execution started. */
  startedAt(ref: RunRef): Promise<Date>;
  describeIngestion(ref: IngestionRef): Promise<ExecutionState>;
  /** Ids of runs whose executions are under way, as visibility knows them; at most `limit`. */
  runningRuns(limit: number): Promise<string[]>;
  terminate(runId: string): Promise<void>;
  /** Starts an ingestion's execution; one that was ever started is left alone. */
  startIngestion(ref: IngestionRef): Promise<void>;
  /** Starts a batch's execution; one that is running is left alone. */
  startBatch(ref: BatchRef): Promise<void>;
  describeBatch(ref: BatchRef): Promise<ExecutionState>;
  cancelBatch(ref: BatchRef): Promise<void>;
  /** Brings Temporal's Schedule to what the row says. @returns why Temporal refuses its times; null where it took them. */
  syncSchedule(schedule: ScheduleRow): Promise<string | null>;
}

export type ReconcilerDeps = { pool: Pool; notifier: Notifier; starter: RunStarter; agents: ReadonlyMap<string, AgentImplementation> };

const STALE_SECONDS = 3;
const PAGE = 200;
/** Every so many passes all live rows are compared with Temporal, not only the ones that look stuck. */
const FULL_EVERY = 6;
/** Executions that a full pass has listed; runs beyond are asked for one by one. */
const MOST_LISTED = 5_000;

/**
 * One pass of the reconciler: status is Temporal's truth and the row follows. Each repair is safe to make twice.
 */
export function createReconcilerActivities(deps: ReconcilerDeps) {
  let pass = 0;
  return {
    reconcileRuns: activity<void, void>(async () => {
      const all = pass++ % FULL_EVERY === 0;
      let failure: Error | undefined;
      for (const ref of await withTx(deps.pool, ALL_TENANTS, (tx) => readQueuedIngestions(tx, STALE_SECONDS, PAGE))) await deps.starter.startIngestion(ref);
      for (const ref of await withTx(deps.pool, ALL_TENANTS, (tx) => readQueuedBatches(tx, STALE_SECONDS, PAGE))) await deps.starter.startBatch(ref);
      await syncSchedules(deps).catch((error: unknown) => (failure ??= error as Error));
      const listed = new Set(all ? await deps.starter.runningRuns(MOST_LISTED).catch((error: unknown) => ((failure ??= error as Error), [])) : []);
      await attendThreads(deps).catch((error: unknown) => (failure ??= error as Error));
      for (let after: string | null = null; ; ) {
        const page: LiveRun[] = await withTx(deps.pool, ALL_TENANTS, (tx) => readLiveRuns(tx, { staleSeconds: STALE_SECONDS, all, after, limit: PAGE }));
        for (const run of page.filter((run) => !isAsItSays(run, listed))) await reconcile(deps, run).catch((error: unknown) => (failure ??= error as Error));
        if (page.length < PAGE) break;
        after = page.at(-1)!.runId;
      }
      if (all) await endOrphans(deps, [...listed]).catch((error: unknown) => (failure ??= error as Error));
      for (const repair of all ? [repairIngestions, repairBatches, removeLeftovers] : []) await repair(deps).catch((error: unknown) => (failure ??= error as Error));
      // One run that cannot be mended keeps none of the others waiting.
      if (failure) throw failure;
    }),
  };
}

/** What the API could not tell Temporal, under the rows' locks: two that tell at once would not end with the newer state. */
async function syncSchedules(deps: ReconcilerDeps): Promise<void> {
  let failure: Error | undefined;
  await withTx(deps.pool, ALL_TENANTS, async (tx) => {
    for (const schedule of await readUnsynced(tx, PAGE)) {
      // One that cannot be brought there now keeps none of the others waiting.
      await deps.starter.syncSchedule(schedule).then((refusal) => (refusal === null ? markSynced(tx, schedule) : refuseSchedule(tx, schedule, refusal)), (error: unknown) => void (failure ??= error as Error));
    }
  });
  if (failure) throw failure;
}

export type ReconcilerActivities = ReturnType<typeof createReconcilerActivities>;

/** Live by its row and running by Temporal's list, and nobody wants anything of it. The list is a moment old: what ended meanwhile the next full pass finds. */
const isAsItSays = (run: LiveRun, listed: ReadonlySet<string>): boolean => run.status !== 'queued' && run.status !== 'cancelling' && run.unread === 0 && listed.has(run.runId);

async function reconcile(deps: ReconcilerDeps, run: LiveRun): Promise<void> {
  const state = await deps.starter.describe(run);
  if (run.status === 'queued') return attendQueued(deps, run, state);
  if (state === 'running') {
    if (run.status === 'cancelling') await deps.starter.cancel(run);
    if (run.unread > 0) await deps.starter.wake(run);
    return;
  }
  await repair(deps, run, state);
}

/**
 * Starts what is queued. An execution that ended without the row knowing is of a Temporal that is newer than Postgres:
 * starting again would do its work twice.
 */
async function attendQueued(deps: ReconcilerDeps, run: LiveRun, state: ExecutionState): Promise<void> {
  if (state === 'running') return;
  if (state === 'missing') return deps.starter.start(run);
  const before = run.resumed && (await deps.starter.startedAt(run)) <= run.queuedAt;
  return before ? deps.starter.start(run) : repair(deps, run, state);
}

/** The execution is over and the row says it is live: the row follows. */
async function repair(deps: ReconcilerDeps, run: LiveRun, state: ExecutionState): Promise<void> {
  const status = state === 'cancelled' || state === 'terminated' || run.status === 'cancelling' ? 'cancelled' : state === 'timed_out' ? 'timed_out' : 'failed';
  await withTx(deps.pool, run.tenantId, async (tx) => {
    await appendEvents(tx, run, []);
    // It may have been resumed since it was looked at: then another execution carries it.
    if (run.status !== 'queued' && (await readRun(tx, run))?.status === 'queued') return;
    const detail = `${ERROR_CODES.state_diverged.title}: its execution is ${state} and its row said ${run.status}. Fork it from its last step to go on.`;
    await endRun(tx, run, { status, reason: status === 'failed' ? { code: 'state_diverged', detail } : null });
  });
  deps.notifier.announce(run.runId, 0);
}
