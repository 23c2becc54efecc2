import type { Tx } from '../pool.js';

export type RatioKey = { tenantId: string; runtimeId: string; model: string };

/** Weight of a new sample: a few calls are enough to follow, and one odd call moves little. */
const WEIGHT = 0.3;

/** Tokens as the runtime counts them for each one of our estimate; null where no call was measured. */
export async function readTokenRatio(tx: Tx, key: RatioKey): Promise<number | null> {
  const { rows } = await tx.query<{ ratio: number }>({ name: 'read-token-ratio', text: 'select ratio from token_ratios where tenant_id = $1 and runtime_id = $2 and model = $3', values: [key.tenantId, key.runtimeId, key.model] });
  return rows[0]?.ratio ?? null;
}

/** Takes a measured ratio into account and returns what holds now; the first one stands as it is. */
export async function addTokenRatio(tx: Tx, key: RatioKey, ratio: number): Promise<number> {
  const { rows } = await tx.query<{ ratio: number }>({
    name: 'add-token-ratio',
    text: `insert into token_ratios as t (tenant_id, runtime_id, model, ratio) values ($1, $2, $3, $4)
           on conflict (tenant_id, runtime_id, model) do update set ratio = t.ratio * (1 - $5::float8) + excluded.ratio * $5::float8, samples = t.samples + 1, updated_at = now()
           returning ratio`,
    values: [key.tenantId, key.runtimeId, key.model, ratio, WEIGHT],
  });
  return rows[0]!.ratio;
}
