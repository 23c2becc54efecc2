import type { CodingResult } from '#agents/coding/contract';
import { codingContract } from '#agents/coding/contract';
import { isLive, type Limits, LOCAL_PRINCIPAL, LOCAL_TENANT, type RunRef, type Sampling } from '#contracts';
import { insertRun, type Pool, type RunRow, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';

export type CodingRun = { input: Record<string, unknown>; model: string; sampling?: Sampling; limits?: Partial<Limits> };

/** Writes the row of a run of the coding agent, as the API does; its start is another matter. */
export async function writeCodingRun(pool: Pool, run: CodingRun): Promise<RunRef> {
  const ref = { tenantId: LOCAL_TENANT, runId: uuidv7() };
  const { name, version, limits } = codingContract;
  await withTx(pool, ref.tenantId, (tx) =>
    insertRun(tx, {
      ...ref, principalId: LOCAL_PRINCIPAL, agent: name, agentVersion: version, input: codingContract.input.parse(run.input), model: run.model, priority: 'batch', tags: [],
      limits: { ...limits, ...run.limits }, sampling: run.sampling ?? {},
    }),
  );
  return ref;
}

export type Finished = {
  /** How the run ended: `completed`, the limit that was reached, or the code of what failed. */
  end: string;
  /** What stands beside that code, for a person. */
  detail: string | null;
  steps: number;
  result: CodingResult | null;
};

/** Null while the run goes on. */
export function finished(row: RunRow, result: unknown): Finished | null {
  if (isLive(row.status)) return null;
  const end = row.status === 'limit_reached' ? `limit_reached: ${limitOf(row)}` : (row.status_reason?.code ?? row.status);
  return { end, detail: row.status_reason?.detail ?? null, steps: row.head_step, result: (result as CodingResult | null) ?? null };
}

/** Asked as soon as the run has ended: which limit it was stands nowhere else. */
function limitOf({ limits, prompt_tokens, output_tokens, started_at }: RunRow): string {
  if (prompt_tokens + output_tokens >= limits.maxTokens) return 'tokens';
  return started_at && Date.now() - started_at.getTime() >= limits.maxSeconds * 1_000 ? 'seconds' : 'steps';
}
