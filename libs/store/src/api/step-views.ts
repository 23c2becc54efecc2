import { type CheckpointView, type DriftReport, failureSchema, type RunRef, type Steering, type StepView } from '#contracts';
import { getJson } from '../contents.js';
import { type CallRow, readCalls } from '../ledger.js';
import { readStepMessages } from '../messages.js';
import { readJudgeVerdict } from '../judge-verdicts.js';
import type { Tx } from '../pool.js';
import { readActivation } from '../run-steering.js';
import { readCandidates } from '../step-candidates.js';

export type StepPage = { after: number; limit: number; content: boolean };

type Row = {
  step: number;
  parent: number;
  state: StepView['state'];
  attempt: number;
  model: string | null;
  route: StepView['route'];
  prompt_tokens: number;
  output_tokens: number;
  thinking_tokens: number;
  drift: DriftReport | null;
  steering: Steering | null;
  started_at: Date;
  ended_at: Date | null;
};
const ROUTE = `(select jsonb_build_object('runtimeId', t.runtime_id, 'model', t.model, 'reason', t.reason, 'doubtful', coalesce((
    select (f.report->>'driftDoubtful')::boolean from model_findings f where f.tenant_id = t.tenant_id and f.runtime_id = t.runtime_id and f.model = t.model order by f.examined_at desc limit 1), false))
  from step_routes t where t.tenant_id = steps.tenant_id and t.run_id = steps.run_id and t.step = steps.step and t.attempt = steps.attempt) as route`;
const COLUMNS = `step, parent, state, attempt, model, ${ROUTE}, prompt_tokens, output_tokens, thinking_tokens, drift, steering, started_at, ended_at`;

/** Steps after `after` in the order of their numbers, with their tool calls; messages of the last attempt where content is asked for. */
export async function listStepViews(tx: Tx, ref: RunRef, page: StepPage): Promise<StepView[]> {
  const { rows } = await tx.query<Row>({ name: 'list-step-views', text: `select ${COLUMNS} from steps where tenant_id = $1 and run_id = $2 and step > $3 order by step limit $4`, values: [ref.tenantId, ref.runId, page.after, page.limit] });
  const calls = await readCalls(tx, ref, rows.map((r) => r.step));
  const views: StepView[] = [];
  for (const row of rows) views.push(await toView(tx, ref, row, calls.filter((c) => c.step === row.step), page.content));
  return views;
}

export async function readStepView(tx: Tx, ref: RunRef, step: number, content: boolean): Promise<StepView | null> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from steps where tenant_id = $1 and run_id = $2 and step = $3`, [ref.tenantId, ref.runId, step]);
  if (!rows[0]) return null;
  const view = await toView(tx, ref, rows[0], await readCalls(tx, ref, [step]), content);
  const [activation, judge, candidates] = [await readActivation(tx, ref, step), await readJudgeVerdict(tx, ref, step, content), await readCandidates(tx, ref, step, content)];
  return { ...view, ...(activation && { activation }), ...(judge && { judge }), ...(candidates.length > 0 && { candidates }) };
}

async function toView(tx: Tx, ref: RunRef, r: Row, calls: CallRow[], content: boolean): Promise<StepView> {
  return {
    step: r.step,
    parent: r.parent,
    state: r.state,
    attempts: r.attempt,
    model: r.route?.model ?? r.model,
    route: r.route,
    promptTokens: r.prompt_tokens,
    outputTokens: r.output_tokens,
    thinkingTokens: r.thinking_tokens,
    calls: calls.map((c) => ({ call: c.call, attempt: c.attempt, tool: c.tool, effect: c.effect, state: c.state, failure: failureOf(c.outcome), deliveries: c.deliveries, ms: c.ms })),
    drift: r.drift,
    steering: r.steering,
    startedAt: r.started_at.toISOString(),
    endedAt: r.ended_at?.toISOString() ?? null,
    ...(content ? { messages: (await readStepMessages(tx, ref, r.step, r.attempt)).map((m) => m.message) } : {}),
  };
}

/** The code of a refused call. Its words may quote the model, so they are content and stay out. */
function failureOf(outcome: unknown): StepView['calls'][number]['failure'] {
  const code = (outcome as { rejection?: { code?: unknown } } | null)?.rejection?.code;
  const failure = failureSchema.safeParse({ code, detail: 'The attempt was refused; its messages say why.' });
  return failure.success ? failure.data : null;
}

type CheckpointRow = { step: number; parent: number; state_hash: Buffer; world_version: number | null; workspace_commit: string | null; created_at: Date };
const CHECKPOINT_COLUMNS = 'step, parent, state_hash, world_version, workspace_commit, created_at';

export async function listCheckpointViews(tx: Tx, ref: RunRef, page: StepPage): Promise<CheckpointView[]> {
  const { rows } = await tx.query<CheckpointRow>({ name: 'list-checkpoint-views', text: `select ${CHECKPOINT_COLUMNS} from checkpoints where tenant_id = $1 and run_id = $2 and step > $3 order by step limit $4`, values: [ref.tenantId, ref.runId, page.after, page.limit] });
  const views: CheckpointView[] = [];
  for (const row of rows) views.push(await toCheckpoint(tx, ref, row, page.content));
  return views;
}

/** The checkpoint of a step; 0 is the run's start. */
export async function readCheckpointView(tx: Tx, ref: RunRef, step: number, content: boolean): Promise<CheckpointView | null> {
  const { rows } = await tx.query<CheckpointRow>(`select ${CHECKPOINT_COLUMNS} from checkpoints where tenant_id = $1 and run_id = $2 and step = $3`, [ref.tenantId, ref.runId, step]);
  return rows[0] ? toCheckpoint(tx, ref, rows[0], content) : null;
}

async function toCheckpoint(tx: Tx, ref: RunRef, r: CheckpointRow, content: boolean): Promise<CheckpointView> {
  return {
    step: r.step,
    parent: r.parent,
    stateHash: r.state_hash.toString('hex'),
    worldVersion: r.world_version,
    workspaceCommit: r.workspace_commit,
    createdAt: r.created_at.toISOString(),
    ...(content ? { state: await getJson(tx, ref.tenantId, r.state_hash) } : {}),
  };
}
