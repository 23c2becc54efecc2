import type { BatchItemView, BatchRef, BatchStatus, BatchView, Failure } from '#contracts';
import type { Tx } from '../pool.js';

type Row = {
  batch_id: string; name: string | null; agent: string; status: BatchStatus; max_concurrency: number; schedule_id: string | null; created_at: Date; started_at: Date | null; ended_at: Date | null;
  total: number; pending: number; running: number; completed: number; failed: number; cancelled: number; seconds: number | null;
};

const LIVE = `('queued','running','waiting_approval','waiting_input','waiting_runtime','paused','cancelling')`;

/** A batch is counted from its items and their runs each time it is read: there is no counter that could be wrong. */
const SELECT = `
  select b.batch_id, b.name, b.agent, b.status, b.max_concurrency, b.schedule_id, b.created_at, b.started_at, b.ended_at, c.*,
         extract(epoch from coalesce(b.ended_at, now()) - b.started_at)::float8 as seconds
  from batches b cross join lateral (
    select count(*)::int as total,
           (count(*) filter (where i.state = 'pending'))::int as pending,
           (count(*) filter (where i.state = 'started' and r.status in ${LIVE}))::int as running,
           (count(*) filter (where r.status = 'completed'))::int as completed,
           (count(*) filter (where r.status in ('failed','timed_out','limit_reached','drift_stopped') or i.state = 'started' and r.run_id is null))::int as failed,
           (count(*) filter (where i.state = 'cancelled' or r.status = 'cancelled'))::int as cancelled
    from batch_items i left join runs r on r.tenant_id = i.tenant_id and r.run_id = i.run_id
    where i.tenant_id = b.tenant_id and i.batch_id = b.batch_id) c`;

export async function readBatchView(tx: Tx, ref: BatchRef): Promise<BatchView | null> {
  const { rows } = await tx.query<Row>(`${SELECT} where b.tenant_id = $1 and b.batch_id = $2`, [ref.tenantId, ref.batchId]);
  return rows[0] ? toView(rows[0]) : null;
}

/** Batches, newest first. */
export async function listBatchViews(tx: Tx, tenantId: string, page: { before: string | undefined; limit: number }): Promise<BatchView[]> {
  const { rows } = await tx.query<Row>(`${SELECT} where b.tenant_id = $1 and ($2::uuid is null or b.batch_id < $2) order by b.batch_id desc limit $3`, [tenantId, page.before ?? null, page.limit]);
  return rows.map(toView);
}

function toView(r: Row): BatchView {
  const { total, pending, running, completed, failed, cancelled } = r;
  const done = completed + failed + cancelled;
  const perMinute = done > 0 && r.seconds ? (done / r.seconds) * 60 : null;
  return {
    id: r.batch_id,
    name: r.name,
    agent: r.agent,
    status: r.status,
    maxConcurrency: r.max_concurrency,
    scheduleId: r.schedule_id,
    items: { total, pending, running, completed, failed, cancelled },
    perMinute: perMinute === null ? null : Number(perMinute.toFixed(2)),
    secondsLeft: perMinute === null || r.ended_at ? null : Math.round(((total - done) / perMinute) * 60),
    createdAt: r.created_at.toISOString(),
    startedAt: r.started_at?.toISOString() ?? null,
    endedAt: r.ended_at?.toISOString() ?? null,
  };
}

type ItemRow = { n: number; key: string; state: BatchItemView['state']; tries: number; run_id: string | null; result: string | null; status_reason: Failure | null };

/** Items in their order, after item `after`. */
export async function listBatchItems(tx: Tx, ref: BatchRef, page: { after: number; limit: number; state: string | undefined }): Promise<BatchItemView[]> {
  const { rows } = await tx.query<ItemRow>({
    name: 'list-batch-items',
    text: `
      select * from (
        select i.n, i.key, case when i.state = 'started' then coalesce(r.status, 'failed') else i.state end as state, i.tries, i.run_id, c.body as result, r.status_reason
        from batch_items i left join runs r on r.tenant_id = i.tenant_id and r.run_id = i.run_id
        left join contents c on c.tenant_id = i.tenant_id and c.hash = r.result_hash
        where i.tenant_id = $1 and i.batch_id = $2 and i.n > $3) item
      where $4::text is null or state = $4 order by n limit $5`,
    values: [ref.tenantId, ref.batchId, page.after, page.state ?? null, page.limit],
  });
  return rows.map((r) => ({ n: r.n, key: r.key, state: r.state, tries: r.tries, runId: r.run_id, result: r.result === null ? null : (JSON.parse(r.result) as unknown), failure: r.status_reason }));
}
