import { type BatchPlan, type BatchRef, type ClaimedItems, type ClaimItems, type FinishBatch, HoldfastError } from '#contracts';
import { claimItems, endBatch, lastClaim, lockBatch, type Notifier, type Pool, startBatch, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';
import type { AgentImplementation } from './agent.js';
import { activity } from './edge.js';
import { fitInput, placeRun } from './place-run.js';

export type BatchDeps = { pool: Pool; notifier: Notifier; agents: ReadonlyMap<string, AgentImplementation> };

/** A batch's transactions. Each may be delivered twice and does its work once. */
export function createBatchActivities(deps: BatchDeps) {
  return {
    beginBatch: activity<BatchRef, BatchPlan & { claim: number }>((ref) =>
      withTx(deps.pool, ref.tenantId, async (tx) => {
        const batch = await locked(tx, ref);
        await startBatch(tx, ref);
        return { maxConcurrency: batch.maxConcurrency, cancelled: batch.cancelled, agent: batch.agent, claim: await lastClaim(tx, ref) };
      }),
    ),
    /** Takes the next items and writes the rows of their runs, in one transaction. */
    claimBatchItems: activity<ClaimItems, ClaimedItems>(async (input) => {
      const claimed = await withTx(deps.pool, input.tenantId, async (tx) => {
        const batch = await locked(tx, input);
        if (batch.cancelled) return { runIds: [], fresh: [], cancelled: true };
        const items = await claimItems(tx, input, input.claim, Array.from({ length: input.limit }, () => uuidv7()));
        const fresh = items.filter((i) => i.fresh);
        for (const item of fresh) {
          const fitted = fitInput(deps.agents, batch.agent, item.input);
          await placeRun(tx, fitted.contract, batch.template, {
            tenantId: input.tenantId,
            runId: item.runId,
            principalId: batch.principalId,
            input: fitted.input,
            priority: 'batch',
            batchId: input.batchId,
            ...(batch.scheduleId ? { scheduleId: batch.scheduleId } : {}),
          });
        }
        return { runIds: items.map((i) => i.runId), fresh, cancelled: false };
      });
      for (const item of claimed.fresh) deps.notifier.announce(item.runId, 1);
      return { runIds: claimed.runIds, cancelled: claimed.cancelled };
    }),
    finishBatch: activity<FinishBatch, void>((input) =>
      withTx(deps.pool, input.tenantId, async (tx) => {
        await locked(tx, input);
        await endBatch(tx, input, input.status);
      }),
    ),
  };
}
export type BatchActivities = ReturnType<typeof createBatchActivities>;

async function locked(tx: Parameters<typeof lockBatch>[0], ref: BatchRef): Promise<NonNullable<Awaited<ReturnType<typeof lockBatch>>>> {
  const batch = await lockBatch(tx, ref);
  if (!batch) throw new HoldfastError('not_found', 'The batch is gone.');
  return batch;
}
