import type { DriftOverrides, ErrorCode, Limits, NewEvent, Priority, RunRef, RunStatus, RunSteering, Sampling } from '#contracts';
import { hashOf, putContents } from './contents.js';
import { appendEvents } from './events.js';
import type { Tx } from './pool.js';
import { sealWords } from './sealing/index.js';
import { saveRunSteering } from './run-steering.js';
import { abandonOpenStep } from './steps.js';
import { leaveThread } from './threads/leave.js';
import { holdThread } from './threads/threads.js';
import type { ThreadNext } from './threads/turns.js';

export type NewRun = RunRef & {
  principalId: string;
  agent: string;
  agentVersion: string;
  input: unknown;
  threadId?: string;
  /** The run waits for its thread: 0 as the next one, 1 after those that came before it. */
  threadWait?: 0 | 1;
  corpusId?: string;
  model?: string;
  priority: Priority;
  tags: string[];
  limits: Limits;
  sampling: Sampling;
  steering?: RunSteering;
  drift?: DriftOverrides;
  startAt?: string;
  scheduleId?: string;
  batchId?: string;
  sensitive?: boolean;
  /** The key that its content is sealed with. */
  keyId?: string;
  forkedFrom?: { runId: string; step: number };
};

/** What a run says that waits for its thread. */
const THREAD_WAIT = { code: 'thread_busy', detail: 'It waits for its turn: another run of its thread has not ended.' } satisfies { code: ErrorCode; detail: string };

/** The row first: what Temporal does not know yet is `queued`, and the reconciler starts it. */
export async function insertRun(tx: Tx, run: NewRun): Promise<void> {
  const [inputHash] = await putContents(tx, run.tenantId, [JSON.stringify(run.input)]);
  if (run.threadId !== undefined) await holdThread(tx, { tenantId: run.tenantId, threadId: run.threadId });
  await tx.query(
    `insert into runs (tenant_id, run_id, principal_id, agent, agent_version, status, input_hash, thread_id, corpus_id, model, priority, tags, limits, sampling, start_at, schedule_id, batch_id, drift, sensitive, key_id, thread_wait, status_reason)
     values ($1,$2,$3,$4,$5,'queued',$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21)`,
    [run.tenantId, run.runId, run.principalId, run.agent, run.agentVersion, inputHash, run.threadId ?? null, run.corpusId ?? null, run.model ?? null, run.priority, run.tags, run.limits, run.sampling, run.startAt ?? null, run.scheduleId ?? null, run.batchId ?? null, run.drift ?? null, run.sensitive ?? false, run.keyId ?? null, run.threadWait ?? null, run.threadWait === undefined ? null : THREAD_WAIT],
  );
  await tx.query('insert into run_heads (tenant_id, run_id) values ($1,$2)', [run.tenantId, run.runId]);
  if (run.steering) await saveRunSteering(tx, run, run.steering);
  await appendEvents(tx, run, [{ type: 'run.queued', data: { agent: run.agent, agentVersion: run.agentVersion, ...(run.forkedFrom ? { forkedFrom: run.forkedFrom } : {}) } }]);
}

export type RunRow = {
  tenant_id: string;
  run_id: string;
  agent: string;
  agent_version: string;
  status: RunStatus;
  status_reason: { code: ErrorCode; detail: string } | null;
  input_hash: Buffer;
  corpus_id: string | null;
  thread_id: string | null;
  model: string | null;
  runtime_id: string | null;
  priority: Priority;
  limits: Limits;
  sampling: Sampling;
  started_at: Date | null;
  head_step: number;
  next_step: number;
  prompt_tokens: number;
  output_tokens: number;
  tool_calls: number;
  judge_tokens: number;
  inbox_seq: number;
  inbox_read: number;
  sensitive: boolean;
  key_id: string | null;
};

/** The run with its head, or null. Takes no lock. */
export async function readRun(tx: Tx, ref: RunRef): Promise<RunRow | null> {
  const { rows } = await tx.query<RunRow>({
    name: 'read-run',
    text: `select r.tenant_id, r.run_id, r.agent, r.agent_version, r.status, r.status_reason, r.input_hash, r.corpus_id, r.thread_id, r.model, r.runtime_id,
                  r.priority, r.limits, r.sampling, r.started_at, r.sensitive, r.key_id, h.head_step, h.next_step, h.prompt_tokens, h.output_tokens, h.tool_calls, h.judge_prompt_tokens + h.judge_output_tokens as judge_tokens, h.inbox_seq, h.inbox_read
           from runs r join run_heads h using (tenant_id, run_id) where r.tenant_id = $1 and r.run_id = $2`,
    values: [ref.tenantId, ref.runId],
  });
  return rows[0] ?? null;
}

/** Pins what the run goes with; called under the run's lock when its execution begins. */
export async function startRun(tx: Tx, ref: RunRef, pinned: { model: string; runtimeId: string }): Promise<void> {
  await tx.query(
    `update runs set status = 'running', status_reason = null, started_at = coalesce(started_at, now()), model = $3, runtime_id = $4, ended_at = null where tenant_id = $1 and run_id = $2`,
    [ref.tenantId, ref.runId, pinned.model, pinned.runtimeId],
  );
}

/**
 * Changes the status under the run's lock, where it is one of `from`, with its event.
 * @returns false where the run was in another status, or in this one for the same reason: nothing was written.
 */
export async function changeStatus(tx: Tx, ref: RunRef, from: RunStatus[], to: RunStatus, reason: { code: ErrorCode; detail: string } | null, extra: NewEvent[] = []): Promise<boolean> {
  await appendEvents(tx, ref, []);
  const { rowCount } = await tx.query(`update runs set status = $4, status_reason = $5 where tenant_id = $1 and run_id = $2 and status = any($3)
     and (status, status_reason->>'code') is distinct from ($4, $5::jsonb->>'code')`, [ref.tenantId, ref.runId, from, to, reason && { ...reason, detail: sealWords(reason.detail) }]);
  if (!rowCount) return false;
  await appendEvents(tx, ref, [{ type: 'status.changed', data: { status: to, ...(reason ? { code: reason.code } : {}) } }, ...extra]);
  return true;
}

/** Whether the run says already that it waits for its runtime, for this reason. Read without the run's lock. */
export async function waitsAlready(tx: Tx, ref: RunRef, code: ErrorCode): Promise<boolean> {
  const { rowCount } = await tx.query(`select from runs where tenant_id = $1 and run_id = $2 and status = 'waiting_runtime' and status_reason->>'code' = $3`, [ref.tenantId, ref.runId, code]);
  return rowCount === 1;
}

/**
 * Ends a run: status, time and `run.finished`, in one transaction under its lock; a step that is open is given up, and
 * its thread passes to the run that waits for it.
 * @returns null where the run had ended before; else the run whose turn has come, which is to be started.
 */
export async function endRun(tx: Tx, ref: RunRef, end: { status: RunStatus; reason: { code: ErrorCode; detail: string } | null; endedBy?: string }): Promise<{ next: ThreadNext | null } | null> {
  const { rows } = await tx.query<{ threadId: string | null; rolledBack: boolean }>(
    `update runs set status = $3, status_reason = $4, ended_at = now(), ended_by = $5 where tenant_id = $1 and run_id = $2
     and status in ('queued','running','waiting_approval','waiting_input','waiting_runtime','paused','cancelling') returning thread_id as "threadId", rolled_back as "rolledBack"`,
    [ref.tenantId, ref.runId, end.status, end.reason && { ...end.reason, detail: sealWords(end.reason.detail) }, end.endedBy ?? null],
  );
  if (!rows[0]) return null;
  await abandonOpenStep(tx, ref, end.reason);
  await tx.query('delete from stream_chunks where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  await appendEvents(tx, ref, [
    { type: 'status.changed', data: { status: end.status, ...(end.reason ? { code: end.reason.code } : {}) } },
    { type: 'run.finished', data: { status: end.status, ...(end.reason ? { code: end.reason.code } : {}) } },
  ]);
  return { next: await leaveThread(tx, ref, rows[0]) };
}

export async function setResult(tx: Tx, ref: RunRef, result: unknown): Promise<void> {
  const body = JSON.stringify(result);
  await Promise.all([putContents(tx, ref.tenantId, [body]), tx.query('update runs set result_hash = $3 where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId, hashOf(ref.tenantId, body)])]);
}

/** What a run had come to when it ended before it was done; the next such end replaces it. */
export async function setPartial(tx: Tx, ref: RunRef, partial: unknown): Promise<void> {
  const [hash] = await putContents(tx, ref.tenantId, [JSON.stringify(partial)]);
  await tx.query('update runs set partial_hash = $3 where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId, hash]);
}

/** Whether this execution has written the run's end already. */
export async function wasEndedBy(tx: Tx, ref: RunRef, executionId: string): Promise<boolean> {
  const { rowCount } = await tx.query('select 1 from runs where tenant_id = $1 and run_id = $2 and ended_by = $3', [ref.tenantId, ref.runId, executionId]);
  return Boolean(rowCount);
}
