import type { BatchRef, BatchStatus, RunTemplate } from '#contracts';
import { putContents } from './contents.js';
import type { Tx } from './pool.js';

export type NewBatch = BatchRef & {
  principalId: string;
  agent: string;
  name?: string | undefined;
  scheduleId?: string;
  template: Omit<RunTemplate, 'input'>;
  maxConcurrency: number;
};

/** Writes a batch without items, `queued`: what Temporal does not know of yet the reconciler starts. */
export async function insertBatch(tx: Tx, b: NewBatch): Promise<void> {
  await tx.query(
    `insert into batches (tenant_id, batch_id, principal_id, schedule_id, name, agent, status, template, max_concurrency) values ($1,$2,$3,$4,$5,$6,'queued',$7,$8)`,
    [b.tenantId, b.batchId, b.principalId, b.scheduleId ?? null, b.name ?? null, b.agent, b.template, b.maxConcurrency],
  );
}

export type NewItem = { n: number; key: string; input: unknown };

/** Adds items. @returns how many were new: one whose key is there already is left as it is. */
export async function insertItems(tx: Tx, ref: BatchRef, items: NewItem[]): Promise<number> {
  const hashes = await putContents(tx, ref.tenantId, items.map((i) => JSON.stringify(i.input)));
  const { rowCount } = await tx.query({
    name: 'insert-items',
    text: `insert into batch_items (tenant_id, batch_id, n, key, input_hash) select $1, $2, i.n, i.key, i.hash from unnest($3::int[], $4::text[], $5::bytea[]) as i(n, key, hash) on conflict do nothing`,
    values: [ref.tenantId, ref.batchId, items.map((i) => i.n), items.map((i) => i.key), hashes],
  });
  return rowCount ?? 0;
}

export type BatchRow = { principalId: string; scheduleId: string | null; agent: string; status: BatchStatus; template: Omit<RunTemplate, 'input'>; maxConcurrency: number; cancelled: boolean };

/** The batch, locked against everybody else who claims or ends something of it; null where it is gone. */
export async function lockBatch(tx: Tx, ref: BatchRef): Promise<BatchRow | null> {
  const { rows } = await tx.query<BatchRow>({
    name: 'lock-batch',
    text: `select principal_id as "principalId", schedule_id as "scheduleId", agent, status, template, max_concurrency as "maxConcurrency", cancel_requested_at is not null as cancelled
           from batches where tenant_id = $1 and batch_id = $2 for update`,
    values: [ref.tenantId, ref.batchId],
  });
  return rows[0] ?? null;
}

export async function startBatch(tx: Tx, ref: BatchRef): Promise<void> {
  await tx.query(`update batches set status = 'running', started_at = coalesce(started_at, now()), ended_at = null where tenant_id = $1 and batch_id = $2 and status in ('queued','running')`, [ref.tenantId, ref.batchId]);
}

export type ClaimedItem = { n: number; runId: string; input: unknown; fresh: boolean };

/**
 * Takes the next pending items for a claim, giving each the id of its run; a claim that is made again gets its own
 * items, not `fresh`. Call with the batch locked.
 */
export async function claimItems(tx: Tx, ref: BatchRef, claim: number, runIds: string[]): Promise<ClaimedItem[]> {
  const { rows: own } = await tx.query<{ n: number; runId: string }>('select n, run_id as "runId" from batch_items where tenant_id = $1 and batch_id = $2 and claim = $3 order by n', [ref.tenantId, ref.batchId, claim]);
  if (own.length) return own.map((i) => ({ ...i, input: null, fresh: false }));
  const { rows } = await tx.query<{ n: number; runId: string; input: string }>({
    name: 'claim-items',
    text: `
      with next as (
        select n, row_number() over (order by n) as place from batch_items where tenant_id = $1 and batch_id = $2 and state = 'pending' order by n limit cardinality($4::uuid[])
      ), taken as (
        update batch_items i set state = 'started', claim = $3, tries = tries + 1, run_id = ($4::uuid[])[next.place]
        from next where i.tenant_id = $1 and i.batch_id = $2 and i.n = next.n returning i.n, i.run_id, i.input_hash
      )
      select t.n, t.run_id as "runId", c.body as input from taken t join contents c on c.tenant_id = $1 and c.hash = t.input_hash order by t.n`,
    values: [ref.tenantId, ref.batchId, claim, runIds],
  });
  return rows.map((r) => ({ n: r.n, runId: r.runId, input: JSON.parse(r.input) as unknown, fresh: true }));
}

/** Ends a batch; what had not begun of a cancelled one is cancelled. Call with the batch locked. */
export async function endBatch(tx: Tx, ref: BatchRef, status: 'completed' | 'cancelled'): Promise<void> {
  if (status === 'cancelled') await tx.query(`update batch_items set state = 'cancelled' where tenant_id = $1 and batch_id = $2 and state = 'pending'`, [ref.tenantId, ref.batchId]);
  await tx.query(`update batches set status = $3, ended_at = now() where tenant_id = $1 and batch_id = $2 and status in ('queued','running','cancelling')`, [ref.tenantId, ref.batchId, status]);
}

/** Says that the batch is to end. @returns false where it has ended. Call with the batch locked. */
export async function requestBatchCancel(tx: Tx, ref: BatchRef): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update batches set status = 'cancelling', cancel_requested_at = coalesce(cancel_requested_at, now()) where tenant_id = $1 and batch_id = $2 and status in ('queued','running','cancelling')`,
    [ref.tenantId, ref.batchId],
  );
  return Boolean(rowCount);
}

/**
 * Puts the items whose runs did not complete back in the queue, each for a run of its own. Call with the batch locked.
 * @returns how many.
 */
export async function requeueFailed(tx: Tx, ref: BatchRef): Promise<number> {
  const { rowCount } = await tx.query(
    `update batch_items i set state = 'pending', claim = null, run_id = null where i.tenant_id = $1 and i.batch_id = $2 and (i.state = 'cancelled' or i.state = 'started' and exists (
       select 1 from runs r where r.tenant_id = i.tenant_id and r.run_id = i.run_id and r.status in ('failed','cancelled','timed_out','limit_reached','drift_stopped')))`,
    [ref.tenantId, ref.batchId],
  );
  if (rowCount) await tx.query(`update batches set status = 'queued', cancel_requested_at = null, ended_at = null where tenant_id = $1 and batch_id = $2`, [ref.tenantId, ref.batchId]);
  return rowCount ?? 0;
}

/** Highest claim made so far: claims of a later execution count on from it. */
export async function lastClaim(tx: Tx, ref: BatchRef): Promise<number> {
  const { rows } = await tx.query<{ n: number }>('select coalesce(max(claim), 0)::int as n from batch_items where tenant_id = $1 and batch_id = $2', [ref.tenantId, ref.batchId]);
  return rows[0]!.n;
}

/** Batches that have begun or are to end, and have not ended. */
export async function readLiveBatches(tx: Tx, limit: number): Promise<(BatchRef & { cancelling: boolean })[]> {
  const { rows } = await tx.query<BatchRef & { cancelling: boolean }>(`select tenant_id as "tenantId", batch_id as "batchId", status = 'cancelling' as cancelling from batches where status in ('running','cancelling') order by created_at limit $1`, [limit]);
  return rows;
}

/** Batches that nobody has started for a while. */
export async function readQueuedBatches(tx: Tx, staleSeconds: number, limit: number): Promise<BatchRef[]> {
  const { rows } = await tx.query<BatchRef>(`select tenant_id as "tenantId", batch_id as "batchId" from batches where status = 'queued' and created_at < now() - make_interval(secs => $1) order by created_at limit $2`, [staleSeconds, limit]);
  return rows;
}
