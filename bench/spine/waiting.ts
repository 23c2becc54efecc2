import { setTimeout as sleep } from 'node:timers/promises';
import { ALL_TENANTS, type Pool, withTx } from '#store';

/** Decisions sent at once. */
const DECIDING = 20;
const STANDSTILL_MS = 300_000;

type Pending = { id: string; digest: string };

/** Runs of a status, of all there are. */
export async function countRuns(pool: Pool, status: string): Promise<number> {
  const { rows } = await withTx(pool, ALL_TENANTS, (tx) => tx.query<{ n: number }>('select count(*)::int as n from runs where status = $1', [status]));
  return rows[0]!.n;
}

/** Waits until so many runs have a status. @returns the seconds that it took. */
export async function untilRuns(pool: Pool, status: string, count: number): Promise<number> {
  const start = performance.now();
  while ((await countRuns(pool, status)) < count) {
    if (performance.now() - start > STANDSTILL_MS) throw new Error(`${await countRuns(pool, status)} of ${count} runs are ${status}`);
    await sleep(250);
  }
  return (performance.now() - start) / 1_000;
}

/** Approves all that is asked for, through the API. @returns the seconds until the last decision was answered. */
export async function approveAll(pool: Pool, apiUrl: string): Promise<number> {
  const { rows } = await withTx(pool, ALL_TENANTS, (tx) => tx.query<Pending>(`select approval_id as id, digest from approvals where status = 'pending'`));
  const start = performance.now();
  const lane = async (): Promise<void> => {
    for (let next = rows.pop(); next; next = rows.pop()) {
      const answer = await fetch(`${apiUrl}/v1/approvals/${next.id}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ decision: 'approve', digest: next.digest }) });
      if (!answer.ok) throw new Error(`an approval was answered ${answer.status}: ${await answer.text()}`);
    }
  };
  await Promise.all(Array.from({ length: DECIDING }, lane));
  return (performance.now() - start) / 1_000;
}
