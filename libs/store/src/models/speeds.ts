import type { Tx } from '../pool.js';

/** Tokens a second, and milliseconds to load. */
export type ModelSpeed = { promptPerSecond: number; outputPerSecond: number; loadMs: number; calls: number };
type Key = { tenantId: string; runtimeId: string; model: string };
type Row = { prompt_per_second: number; output_per_second: number; load_ms: number; calls: string };

/** Weight of the newest call: some ten calls until a change of load shows whole. */
const WEIGHT = 0.2;

/** Takes up one call's figures. */
export async function noteSpeed(tx: Tx, { tenantId, runtimeId, model }: Key, seen: Omit<ModelSpeed, 'calls'>): Promise<void> {
  await tx.query(
    `insert into model_speeds as s (tenant_id, runtime_id, model, prompt_per_second, output_per_second, load_ms) values ($1,$2,$3,$4,$5,$6)
     on conflict (tenant_id, runtime_id, model) do update set
       prompt_per_second = s.prompt_per_second + $7 * (excluded.prompt_per_second - s.prompt_per_second),
       output_per_second = s.output_per_second + $7 * (excluded.output_per_second - s.output_per_second),
       load_ms = greatest(excluded.load_ms, s.load_ms * (1 - $7 / 4)), calls = s.calls + 1, updated_at = now()`,
    [tenantId, runtimeId, model, seen.promptPerSecond, seen.outputPerSecond, seen.loadMs, WEIGHT],
  );
}

export async function readSpeed(tx: Tx, { tenantId, runtimeId, model }: Key): Promise<ModelSpeed | null> {
  const { rows } = await tx.query<Row>('select prompt_per_second, output_per_second, load_ms, calls from model_speeds where tenant_id = $1 and runtime_id = $2 and model = $3', [tenantId, runtimeId, model]);
  const [row] = rows;
  return row ? { promptPerSecond: row.prompt_per_second, outputPerSecond: row.output_per_second, loadMs: row.load_ms, calls: Number(row.calls) } : null;
}
