import type { ActivationTrace, CorrectionMode, RunRef, RunSteering, StepActivation, VectorFile } from '#contracts';
import { getJson, putContents } from './contents.js';
import type { Tx } from './pool.js';

/** Turns activation steering on for a run, in place of what it has. */
export async function saveRunSteering(tx: Tx, ref: RunRef, { vector, correction, detects }: RunSteering): Promise<void> {
  const [hash] = await putContents(tx, ref.tenantId, [JSON.stringify(vector)]);
  await tx.query('insert into run_steering (tenant_id, run_id, vector_hash, correction, detects) values ($1,$2,$3,$4,$5) on conflict (tenant_id, run_id) do update set vector_hash = excluded.vector_hash, correction = excluded.correction, detects = excluded.detects', [ref.tenantId, ref.runId, hash, correction, detects ?? false]);
}

/** What a run is steered with, or null. */
export async function readRunSteering(tx: Tx, ref: RunRef): Promise<RunSteering | null> {
  const { rows } = await tx.query<{ vector_hash: Buffer; correction: CorrectionMode; detects: boolean }>('select vector_hash, correction, detects from run_steering where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  return rows[0] ? { vector: (await getJson(tx, ref.tenantId, rows[0].vector_hash)) as VectorFile, correction: rows[0].correction, ...(rows[0].detects && { detects: true }) } : null;
}

export type NewActivation = Pick<StepActivation, 'correction' | 'layer' | 'axes'> & { trace: ActivationTrace };

/** What was read of an attempt's turn. Call in the transaction that commits the turn. */
export async function saveActivation(tx: Tx, at: RunRef & { step: number; attempt: number }, { correction, layer, axes, trace }: NewActivation): Promise<void> {
  const flat = (of: 'projections' | 'shifts'): number[] => trace.tokens.flatMap((token) => token[of].map(Math.fround));
  await tx.query(
    `insert into step_activations (tenant_id, run_id, step, attempt, correction, layer, axes, projections, shifts, corrected) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`,
    [at.tenantId, at.runId, at.step, at.attempt, correction, layer, axes, flat('projections'), flat('shifts'), trace.corrected],
  );
}

type Row = Omit<StepActivation, 'tokens'> & { projections: number[]; shifts: number[] };

/** Of the step's last attempt that was read, or null. */
export async function readActivation(tx: Tx, ref: RunRef, step: number): Promise<StepActivation | null> {
  const { rows } = await tx.query<Row>(
    'select attempt, correction, layer, axes, projections, shifts, corrected from step_activations where tenant_id = $1 and run_id = $2 and step = $3 order by attempt desc limit 1',
    [ref.tenantId, ref.runId, step],
  );
  if (!rows[0]) return null;
  const { projections, shifts, ...rest } = rows[0];
  const width = rest.axes.length;
  const tokens = Array.from({ length: projections.length / width }, (_, i) => ({ projections: projections.slice(i * width, (i + 1) * width), shifts: shifts.slice(i * width, (i + 1) * width) }));
  return { ...rest, tokens };
}
