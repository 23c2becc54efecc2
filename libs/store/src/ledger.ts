import type { RunRef } from '#contracts';
import type { Tx } from './pool.js';
import { openWords, sealWords } from './sealing/index.js';
import type { StepKey } from './steps.js';

export type LedgerKey = StepKey & { call: number };
export type LedgerState = 'started' | 'done' | 'rejected';
export type LedgerRow = { state: LedgerState; outcome: unknown; deliveries: number };

/** The model's own call within a step. */
export const MODEL_CALL = -1;

export async function readLedger(tx: Tx, key: LedgerKey): Promise<LedgerRow | null> {
  const { rows } = await tx.query<LedgerRow>({
    name: 'read-ledger',
    text: 'select state, outcome, deliveries from ledger where tenant_id = $1 and run_id = $2 and step = $3 and attempt = $4 and call = $5',
    values: [key.tenantId, key.runId, key.step, key.attempt, key.call],
  });
  return rows[0] ?? null;
}

/**
 * Says that an effect is about to happen, before it does: needed for tools that are not plain reads, so that a
 * redelivery knows that the effect may have happened. Returns how often it was delivered.
 */
export async function startEffect(tx: Tx, key: LedgerKey, tool: string, effect: string): Promise<number> {
  const { rows } = await tx.query<{ deliveries: number }>({
    name: 'start-effect',
    text: `insert into ledger (tenant_id, run_id, step, attempt, call, tool, effect, state) values ($1,$2,$3,$4,$5,$6,$7,'started')
           on conflict (tenant_id, run_id, step, attempt, call) do update set deliveries = ledger.deliveries + 1 where ledger.state = 'started' returning deliveries`,
    values: [key.tenantId, key.runId, key.step, key.attempt, key.call, tool, effect],
  });
  return rows[0]?.deliveries ?? 0;
}

/**
 * Writes the effect's outcome in the transaction that makes it true. `ms`: how long it took.
 * @throws HoldfastError `attempt_closed` where another delivery was quicker: its outcome stands, and this transaction must not.
 */
export async function finishEffect(tx: Tx, key: LedgerKey, e: { tool: string; effect: string; state: LedgerState; outcome: unknown; ms: number }): Promise<void> {
  await tx.query({
    name: 'finish-effect',
    text: `
      with finished as (
        insert into ledger (tenant_id, run_id, step, attempt, call, tool, effect, state, outcome, started_at, done_at)
        values ($1,$2,$3,$4,$5,$6,$7,$8,$9, clock_timestamp() - make_interval(secs => $10::float8 / 1000), clock_timestamp())
        on conflict (tenant_id, run_id, step, attempt, call) do update set state = excluded.state, outcome = excluded.outcome, done_at = excluded.done_at where ledger.state = 'started'
        returning 1)
      select holdfast_require_open(exists (select 1 from finished), 'Another delivery of this call has written its outcome.')`,
    values: [key.tenantId, key.runId, key.step, key.attempt, key.call, e.tool, e.effect, e.state, JSON.stringify(sealedOutcome(e.outcome)), e.ms],
  });
}

/** The words of a refusal may quote the model. */
function sealedOutcome(outcome: unknown): unknown {
  const { rejection } = (outcome ?? {}) as { rejection?: { reason: string } };
  return rejection ? { ...(outcome as object), rejection: { ...rejection, reason: sealWords(rejection.reason) } } : outcome;
}

export type CallRow = { step: number; attempt: number; call: number; tool: string; effect: string; state: string; deliveries: number; outcome: unknown; ms: number | null };

/** The tool calls of some steps, for the API. */
export async function readCalls(tx: Tx, ref: RunRef, steps: number[]): Promise<CallRow[]> {
  const { rows } = await tx.query<CallRow>({
    name: 'read-calls',
    text: `select step, attempt, call, tool, effect, state, deliveries, outcome, round(extract(epoch from done_at - started_at) * 1000)::int as ms
           from ledger where tenant_id = $1 and run_id = $2 and step = any($3) and call >= 0 order by step, attempt, call`,
    values: [ref.tenantId, ref.runId, steps],
  });
  return rows;
}

/** Why the newest refused attempt of a step was refused, or null. */
export async function readRejection(tx: Tx, ref: RunRef, step: number): Promise<string | null> {
  const { rows } = await tx.query<{ reason: string | null }>(
    `select outcome->'rejection'->>'reason' as reason from ledger where tenant_id = $1 and run_id = $2 and step = $3 and state = 'rejected' order by attempt desc, call desc limit 1`,
    [ref.tenantId, ref.runId, step],
  );
  return rows[0]?.reason ? openWords(rows[0].reason) : null;
}
