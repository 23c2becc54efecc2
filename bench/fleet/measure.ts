import type { Client } from '@temporalio/client';
import { ALL_TENANTS, type Pool, withTx } from '#store';

/** Runs that have completed, of all there are. */
export async function closedRuns(pool: Pool): Promise<number> {
  const { rows } = await withTx(pool, ALL_TENANTS, (tx) => tx.query<{ n: number }>(`select count(*)::int as n from runs where status = 'completed'`));
  return rows[0]!.n;
}

/** Runs that have ended in any other way: a benchmark in which some do has measured something else. */
export async function spoiledRuns(pool: Pool): Promise<number> {
  const { rows } = await withTx(pool, ALL_TENANTS, (tx) => tx.query<{ n: number }>(`select count(*)::int as n from runs where ended_at is not null and status <> 'completed'`));
  return rows[0]!.n;
}

/** Events and bytes of the longest execution of a workflow id, as the server counts them. */
export async function longestHistory(client: Client, workflowId: string): Promise<{ events: number; bytes: number; executions: number }> {
  const found = { events: 0, bytes: 0, executions: 0 };
  for await (const execution of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const { historySize, historyLength } = await client.workflow.getHandle(workflowId, execution.runId).describe();
    found.executions++;
    found.events = Math.max(found.events, historyLength);
    found.bytes = Math.max(found.bytes, historySize ?? 0);
  }
  return found;
}
