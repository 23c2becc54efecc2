import type { AgentDefinition, ChatMessage, RunRef, RunStatus, Steering, Verdict } from '#contracts';
import { toMessage } from '../messages.js';
import type { Tx } from '../pool.js';
import type { StoredBody } from '../sealing/index.js';

export type TrainingFilter = { agent: string; completedOnly: boolean };

/** A run that ended, without its content. */
export type TrainingRunRow = {
  runId: string;
  agentVersion: string;
  model: string | null;
  status: RunStatus;
  sensitive: boolean;
  released: boolean;
  keyId: string | null;
  inputHash: Buffer;
  promptHash: Buffer | null;
  head: number;
  tools: AgentDefinition['tools'] | null;
};

const ENDED = `r.tenant_id = $1 and r.agent = $2 and r.ended_at is not null and ($3::boolean is false or r.status = 'completed')`;

/** How many runs the filter fits, and how many of them nobody released. */
export async function countTrainingRuns(tx: Tx, tenantId: string, f: TrainingFilter): Promise<{ runs: number; unreleased: number }> {
  const { rows } = await tx.query<{ runs: number; unreleased: number }>(
    `select count(*)::int as runs, (count(*) filter (where r.sensitive and t.run_id is null))::int as unreleased
     from runs r left join training_releases t using (tenant_id, run_id) where ${ENDED}`,
    [tenantId, f.agent, f.completedOnly],
  );
  return rows[0]!;
}

/** Runs behind `after` in the order of their ids, with what the agent's tools were when each began. */
export async function listTrainingRuns(tx: Tx, tenantId: string, f: TrainingFilter, page: { after: string | null; limit: number }): Promise<TrainingRunRow[]> {
  const { rows } = await tx.query<TrainingRunRow>(
    `select r.run_id as "runId", r.agent_version as "agentVersion", r.model, r.status, r.sensitive, t.run_id is not null as released, r.key_id as "keyId", r.input_hash as "inputHash", r.prompt_hash as "promptHash", h.head_step as head,
            (select v.definition->'tools' from agent_versions v where v.tenant_id = r.tenant_id and v.agent = r.agent and v.version = r.agent_version and v.digest = r.agent_digest) as tools
     from runs r join run_heads h using (tenant_id, run_id) left join training_releases t using (tenant_id, run_id)
     where ${ENDED} and ($4::uuid is null or r.run_id > $4) order by r.run_id limit $5`,
    [tenantId, f.agent, f.completedOnly, page.after, page.limit],
  );
  return rows;
}

/** What is known of a closed step without its words. */
export type TrainingStep = {
  step: number;
  parent: number;
  verdict: Verdict | null;
  /** Steps that the reasons of its verdict rest on. */
  reasonSteps: number[];
  /** Whether words of the ladder, which no message records, stood before its turn. */
  steered: boolean;
  malformed: boolean;
  /** Whether it made room and is no turn of the agent's. */
  compaction: boolean;
};

/** All closed steps of a run, on its branch and off it, in the order of their numbers. */
export async function readTrainingSteps(tx: Tx, ref: RunRef): Promise<TrainingStep[]> {
  type Row = { step: number; parent: number; verdict: Verdict | null; reasonSteps: number[] | null; steering: Steering | null; malformed: boolean; compaction: boolean };
  const { rows } = await tx.query<Row>(
    `select step, parent, drift->>'verdict' as verdict, steering, digest is null as compaction,
            coalesce((digest->>'malformed')::boolean, false) or coalesce((digest->>'degenerate')::boolean, false) as malformed,
            (select array_agg(distinct n::int) from jsonb_array_elements(drift->'reasons') reason, jsonb_array_elements_text(reason->'steps') n) as "reasonSteps"
     from steps where tenant_id = $1 and run_id = $2 and state = 'closed' order by step`,
    [ref.tenantId, ref.runId],
  );
  return rows.map(({ steering, reasonSteps, ...r }) => ({ ...r, reasonSteps: reasonSteps ?? [], steered: steering !== null && !steering.holdout }));
}

type Row = { step: number; ordinal: number; tokens: number; role: ChatMessage['role']; tool: string | null } & StoredBody;

/** The messages of some steps in their order: of the attempt that each ended with, and what people said before it. */
export async function readTrainingMessages(tx: Tx, ref: RunRef, steps: number[]): Promise<{ step: number; message: ChatMessage }[]> {
  const { rows } = await tx.query<Row>(
    `select m.step, m.ordinal, m.role, m.tool, m.tokens, c.body, c.enc, c.key_id
     from messages m join steps s using (tenant_id, run_id, step) join contents c on c.tenant_id = m.tenant_id and c.hash = m.hash
     where m.tenant_id = $1 and m.run_id = $2 and m.step = any($3) and (m.attempt = s.attempt or m.ordinal < 0) order by m.step, m.ordinal`,
    [ref.tenantId, ref.runId, steps],
  );
  return Promise.all(rows.map(async (row) => ({ step: row.step, message: (await toMessage(row)).message })));
}
