import { type DriftReport, type Failure, type Limits, type Priority, type RunRef, type RunStatus, type RunView, workflowIds } from '#contracts';
import type { Tx } from '../pool.js';
import { openBody, openWords, type StoredBody } from '../sealing/index.js';

/** A run as the store knows it; the link into Temporal's Web UI and the drift's thresholds are the API's to add. `input` and `result` are absent in lists. */
export type RunRecord = Omit<RunView, 'temporal' | 'drift'> & { drift: Omit<RunView['drift'], 'thresholds'>; workflowId: string; inboxSeq: number };

type Row = {
  run_id: string;
  agent: string;
  agent_version: string;
  agent_digest: string | null;
  principal_id: string;
  status: RunStatus;
  status_reason: Failure | null;
  model: string | null;
  corpus_id: string | null;
  world_id: string | null;
  thread_id: string | null;
  priority: Priority;
  tags: string[];
  limits: Limits;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  event_seq: number;
  inbox_seq: number;
  head_step: number;
  next_step: number;
  prompt_tokens: number;
  output_tokens: number;
  thinking_tokens: number;
  tool_calls: number;
  steering_actions: number;
  judge_verdicts: number;
  judge_prompt_tokens: number;
  judge_output_tokens: number;
  judge_ms: number;
  drift: DriftReport | null;
  head_saved: boolean;
  input?: StoredBody;
  result?: StoredBody | null;
  partial?: StoredBody | null;
};

const COLUMNS = `r.run_id, r.agent, r.agent_version, r.agent_digest, r.principal_id, r.status, r.status_reason, r.model, r.corpus_id, r.world_id, r.thread_id, r.priority, r.tags, r.limits,
  r.created_at, r.started_at, r.ended_at, h.event_seq, h.inbox_seq, h.head_step, h.next_step, h.prompt_tokens, h.output_tokens, h.thinking_tokens, h.tool_calls, h.steering_actions, h.judge_verdicts, h.judge_prompt_tokens, h.judge_output_tokens, h.judge_ms,
  (select s.drift from steps s where s.tenant_id = r.tenant_id and s.run_id = r.run_id and s.state = 'closed' order by s.step desc limit 1) as drift,
  exists (select 1 from checkpoints c where c.tenant_id = r.tenant_id and c.run_id = r.run_id and c.step = h.head_step) as head_saved`;

const bodyOf = (column: string, where = ''): string => `(select json_build_object('body', c.body, 'enc', c.enc, 'key_id', c.key_id) from contents c where c.tenant_id = r.tenant_id and c.hash = r.${column} ${where})`;
const parsed = async (stored: StoredBody): Promise<unknown> => JSON.parse(await openBody(stored)) as unknown;

/** The run with its input and result, or null. Takes no lock. */
export async function readRunRecord(tx: Tx, ref: RunRef): Promise<RunRecord | null> {
  const { rows } = await tx.query<Row>({
    name: 'read-run-record',
    text: `select ${COLUMNS},
             ${bodyOf('input_hash')} as input, ${bodyOf('result_hash')} as result, ${bodyOf('partial_hash', "and r.status in ('limit_reached', 'drift_stopped')")} as partial
           from runs r join run_heads h using (tenant_id, run_id) where r.tenant_id = $1 and r.run_id = $2`,
    values: [ref.tenantId, ref.runId],
  });
  return rows[0] ? await toRecord(rows[0]) : null;
}

export type RunFilter = {
  status?: RunStatus[];
  agent?: string;
  tag?: string;
  threadId?: string;
  scheduleId?: string;
  batchId?: string;
  /** RFC 3339. */
  createdAfter?: string;
  /** Only runs older than this one: ids sort by time of creation. */
  before?: string;
  limit: number;
};

/** Runs without input and result, newest first. */
export async function listRunRecords(tx: Tx, tenantId: string, f: RunFilter): Promise<RunRecord[]> {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from runs r join run_heads h using (tenant_id, run_id)
     where r.tenant_id = $1 and ($2::text[] is null or r.status = any($2)) and ($3::text is null or r.agent = $3) and ($4::text is null or r.tags @> array[$4])
       and ($5::uuid is null or r.thread_id = $5) and ($6::uuid is null or r.schedule_id = $6) and ($7::uuid is null or r.batch_id = $7)
       and ($8::timestamptz is null or r.created_at > $8) and ($9::uuid is null or r.run_id < $9)
     order by r.run_id desc limit $10`,
    [tenantId, f.status ?? null, f.agent ?? null, f.tag ?? null, f.threadId ?? null, f.scheduleId ?? null, f.batchId ?? null, f.createdAfter ?? null, f.before ?? null, f.limit],
  );
  return Promise.all(rows.map(toRecord));
}

async function toRecord(r: Row): Promise<RunRecord> {
  return {
    id: r.run_id,
    agent: r.agent,
    agentVersion: r.agent_version,
    agentDigest: r.agent_digest,
    principalId: r.principal_id,
    status: r.status,
    statusReason: r.status_reason && { ...r.status_reason, detail: await openWords(r.status_reason.detail) },
    ...(r.input === undefined ? {} : { input: await parsed(r.input), result: r.result == null ? null : await parsed(r.result) }),
    ...(r.partial == null ? {} : { partialResult: await parsed(r.partial) }),
    model: r.model,
    corpusId: r.corpus_id,
    worldId: r.world_id,
    threadId: r.thread_id,
    priority: r.priority,
    tags: r.tags,
    limits: r.limits,
    limitsLeft: limitsLeft(r, Date.now()),
    usage: {
      steps: r.next_step - 1, promptTokens: r.prompt_tokens, outputTokens: r.output_tokens, thinkingTokens: r.thinking_tokens,
      judge: { verdicts: r.judge_verdicts, promptTokens: r.judge_prompt_tokens, outputTokens: r.judge_output_tokens, ms: r.judge_ms },
    },
    drift: { overthinking: r.drift?.overthinking ?? 0, overacting: r.drift?.overacting ?? 0, verdict: r.drift?.verdict ?? 'ok', actions: r.steering_actions },
    head: { step: r.head_step, checkpoint: r.head_saved ? r.head_step : null },
    lastEvent: r.event_seq,
    createdAt: r.created_at.toISOString(),
    startedAt: r.started_at?.toISOString() ?? null,
    endedAt: r.ended_at?.toISOString() ?? null,
    workflowId: workflowIds.run(r.run_id),
    inboxSeq: r.inbox_seq,
  } as RunRecord;
}

type Spent = { limits: Limits; next_step: number; prompt_tokens: number; output_tokens: number; judge_prompt_tokens?: number; judge_output_tokens?: number; tool_calls?: number; started_at: Date | null; ended_at?: Date | null };

/** What is left of each limit, counted as the run's loop counts; never below 0. Seconds run from the first start, waiting included. */
export function limitsLeft(run: Spent, nowMs: number): Limits {
  const seconds = run.started_at ? Math.floor(((run.ended_at?.getTime() ?? nowMs) - run.started_at.getTime()) / 1_000) : 0;
  return {
    maxSteps: Math.max(0, run.limits.maxSteps - (run.next_step - 1)),
    maxTokens: Math.max(0, run.limits.maxTokens - run.prompt_tokens - run.output_tokens - (run.judge_prompt_tokens ?? 0) - (run.judge_output_tokens ?? 0)),
    maxSeconds: Math.max(0, run.limits.maxSeconds - seconds),
    ...(run.limits.maxToolCalls === undefined ? {} : { maxToolCalls: Math.max(0, run.limits.maxToolCalls - (run.tool_calls ?? 0)) }),
  };
}
