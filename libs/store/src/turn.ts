import type { CorrectionMode, DriftState, ErrorCode, Limits, ModelOutcome, RunStatus, Sampling, ToolCallRequest } from '#contracts';
import { getContent } from './contents.js';
import { decodeBody } from './messages.js';
import type { Tx } from './pool.js';
import { openWords } from './sealing/index.js';
import type { StepKey } from './steps.js';

export type Turn = {
  agent: string;
  agentVersion: string;
  status: RunStatus;
  model: string;
  corpusId: string | null;
  worldId: string | null;
  limits: Limits;
  sampling: Sampling;
  inputHash: Buffer;
  /** Of the text that stands in place of the agent's system prompt. */
  promptHash: Buffer | null;
  /** Activation steering: the vector file, and what is done with it; null where it is off. */
  vectorHash: Buffer | null;
  correction: CorrectionMode | null;
  /** Whether what is read is a source of the drift scores. */
  detects: boolean | null;
  stateHash: Buffer;
  driftState: DriftState | null;
  inboxSeq: number;
  tokensUsed: number;
  toolCallsUsed: number;
  startedAt: Date | null;
  /** Of the checkpoint that the step hangs on. */
  worldVersion: number | null;
  workspaceCommit: string | null;
  /** Whether the step was taken back to its checkpoint with the run's surroundings already. */
  restored: boolean;
  /** The attempt of this step that was opened last; null where none was. */
  opened: number | null;
  /** Outcome of this very attempt, where an earlier delivery already made it true. */
  done: ModelOutcome | null;
  /** Why the attempt before this one was refused. */
  rejection: { code: ErrorCode; reason: string } | null;
};

/** All that a model call needs to know of its run, in one query. Null where the run or the parent's checkpoint is gone. */
export async function readTurn(tx: Tx, key: StepKey, parent: number): Promise<Turn | null> {
  const { rows } = await tx.query<Turn>({
    name: 'read-turn',
    text: `
      select r.agent, r.agent_version as "agentVersion", r.status, r.model, r.corpus_id as "corpusId", r.world_id as "worldId", r.limits, r.sampling, r.input_hash as "inputHash", r.prompt_hash as "promptHash", v.vector_hash as "vectorHash", v.correction, v.detects,
             coalesce(o.restored_hash, c.state_hash) as "stateHash", c.drift_state as "driftState", c.world_version as "worldVersion", c.workspace_commit as "workspaceCommit", o.restored_hash is not null as restored, h.inbox_seq as "inboxSeq", h.prompt_tokens + h.output_tokens + h.judge_prompt_tokens + h.judge_output_tokens as "tokensUsed", h.tool_calls as "toolCallsUsed", r.started_at as "startedAt",
             o.attempt as opened,
             (select l.outcome->'result' from ledger l where l.tenant_id = $1 and l.run_id = $2 and l.step = $3 and l.attempt = $4 and l.call = -1 and l.state <> 'started') as done,
             (select l.outcome->'rejection' from ledger l where l.tenant_id = $1 and l.run_id = $2 and l.step = $3 and l.attempt = $4 - 1 and l.state = 'rejected' order by l.call desc limit 1) as rejection
      from runs r join run_heads h using (tenant_id, run_id)
      join checkpoints c on c.tenant_id = $1 and c.run_id = $2 and c.step = $5
      left join steps o on o.tenant_id = $1 and o.run_id = $2 and o.step = $3
      left join run_steering v on v.tenant_id = $1 and v.run_id = $2
      where r.tenant_id = $1 and r.run_id = $2`,
    values: [key.tenantId, key.runId, key.step, key.attempt, parent],
  });
  const turn = rows[0];
  if (turn?.rejection) turn.rejection.reason = await openWords(turn.rejection.reason);
  return turn ?? null;
}

export type PendingCall<TOutcome> = {
  agent: string;
  corpusId: string | null;
  worldId: string | null;
  inputHash: Buffer;
  stateHash: Buffer;
  parent: number;
  /** The calls of the model's turn, with their arguments. */
  requests: ToolCallRequest[];
  done: TOutcome | null;
  driftState: DriftState | null;
};

/** All that a tool call needs to know, in one query. Null where the step has no such open attempt. */
export async function readPendingCall<TOutcome>(tx: Tx, key: StepKey, call: number): Promise<PendingCall<TOutcome> | null> {
  const { rows } = await tx.query<Omit<PendingCall<TOutcome>, 'requests'> & { turnHash: Buffer }>({
    name: 'read-pending-call',
    text: `
      select r.agent, r.corpus_id as "corpusId", r.world_id as "worldId", r.input_hash as "inputHash", s.state_hash as "stateHash", s.parent, m.hash as "turnHash",
             c.drift_state as "driftState",
             (select l.outcome->'result' from ledger l where l.tenant_id = $1 and l.run_id = $2 and l.step = $3 and l.attempt = $4 and l.call = $5 and l.state <> 'started') as done
      from steps s join runs r using (tenant_id, run_id)
      join messages m on m.tenant_id = $1 and m.run_id = $2 and m.step = $3 and m.attempt = $4 and m.ordinal = 0
      join checkpoints c on c.tenant_id = $1 and c.run_id = $2 and c.step = s.parent
      where s.tenant_id = $1 and s.run_id = $2 and s.step = $3 and s.attempt = $4`,
    values: [key.tenantId, key.runId, key.step, key.attempt, call],
  });
  if (!rows[0]) return null;
  const { turnHash, ...pending } = rows[0];
  const turn = decodeBody({ role: 'assistant', body: await getContent(tx, key.tenantId, turnHash), tool: null });
  return { ...pending, requests: turn.toolCalls ?? [] };
}
