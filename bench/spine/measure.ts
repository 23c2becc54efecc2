import type { Client } from '@temporalio/client';
import { LOCAL_TENANT } from '#contracts';
import { type Pool, withTx } from '#store';

const rows = async <T extends object>(pool: Pool, sql: string, values: unknown[]): Promise<T[]> => (await withTx(pool, LOCAL_TENANT, (tx) => tx.query<T & Record<string, unknown>>(sql, values))).rows;

/** Mean milliseconds a step between two steps of a run, by the times at which their checkpoints were saved. */
export async function stepMs(pool: Pool, runId: string, from: number, to: number): Promise<number> {
  const [r] = await rows<{ ms: number }>(
    pool,
    `select extract(epoch from (select ended_at from steps where run_id = $1 and step = $3) - (select ended_at from steps where run_id = $1 and step = $2)) * 1000 / ($3::int - $2::int) as ms`,
    [runId, from, to],
  );
  return Number(r!.ms);
}

export async function closedSteps(pool: Pool, runId: string): Promise<number> {
  const [r] = await rows<{ n: number }>(pool, `select count(*)::int as n from steps where run_id = $1 and state = 'closed'`, [runId]);
  return r!.n;
}

export async function eventsPerStep(pool: Pool, runId: string): Promise<number> {
  const [r] = await rows<{ n: number }>(pool, `select count(*)::float8 / max(step) as n from events where run_id = $1`, [runId]);
  return Number(r!.n);
}

/** Tokens of all messages of a run, by our estimate. */
export async function conversationTokens(pool: Pool, runId: string): Promise<number> {
  const [r] = await rows<{ n: number }>(pool, `select sum(tokens)::float8 as n from messages where run_id = $1`, [runId]);
  return Number(r!.n);
}

/** Bytes of all message bodies of a run. */
export async function messageBytes(pool: Pool, runId: string): Promise<number> {
  const [r] = await rows<{ n: number }>(pool, `select sum(octet_length(c.body))::float8 as n from messages m join contents c using (tenant_id, hash) where m.run_id = $1`, [runId]);
  return Number(r!.n);
}

/** Bytes of the database on disk, tables and indexes, after a checkpoint. */
export async function databaseBytes(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ n: string }>('select pg_database_size(current_database()) as n');
  return Number(rows[0]!.n);
}

export type HistorySize = { bytes: number; events: number; activities: number; executions: number };

/** Sums the histories of all executions of a workflow id. Bytes as the server counts them. */
export async function historySize(client: Client, workflowId: string): Promise<HistorySize> {
  const total: HistorySize = { bytes: 0, events: 0, activities: 0, executions: 0 };
  for await (const execution of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const handle = client.workflow.getHandle(workflowId, execution.runId);
    const { historySize: bytes, historyLength: events } = await handle.describe();
    const history = await handle.fetchHistory();
    total.bytes += bytes ?? 0;
    total.events += events;
    total.activities += (history.events ?? []).filter((e) => e.activityTaskScheduledEventAttributes).length;
    total.executions++;
  }
  return total;
}
