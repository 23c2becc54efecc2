import type { CodingResult } from '#agents/coding/contract';
import { codingContract } from '#agents/coding/contract';
import { isLive, LOCAL_PRINCIPAL, LOCAL_TENANT, type RunRef, type Sampling } from '#contracts';
import { insertRun, type Pool, type RunRow, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';

export type CodingRun = { input: Record<string, unknown>; model: string; sampling?: Sampling; maxSteps?: number };

/** Writes the row of a run of the coding agent, as the API does; its start is another matter. */
export async function writeCodingRun(pool: Pool, run: CodingRun): Promise<RunRef> {
  const ref = { tenantId: LOCAL_TENANT, runId: uuidv7() };
  const { name, version, limits } = codingContract;
  await withTx(pool, ref.tenantId, (tx) =>
    insertRun(tx, {
      ...ref, principalId: LOCAL_PRINCIPAL, agent: name, agentVersion: version, input: codingContract.input.parse(run.input), model: run.model, priority: 'batch', tags: [],
      limits: { ...limits, ...(run.maxSteps ? { maxSteps: run.maxSteps } : {}) }, sampling: run.sampling ?? {},
    }),
  );
  return ref;
}

export type Finished = { status: string; reason: string | null; steps: number; result: CodingResult | null };

export function finished(row: RunRow, result: unknown): Finished | null {
  if (isLive(row.status)) return null;
  return { status: row.status, reason: row.status_reason?.code ?? null, steps: row.head_step, result: (result as CodingResult | null) ?? null };
}
