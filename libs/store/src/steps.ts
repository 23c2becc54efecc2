import { type CallDigest, type DriftReport, type DriftState, type ErrorCode, HoldfastError, type RunRef, type StepDigest, type Steering, type StepRoute } from '#contracts';
import { withdrawApprovals } from './approvals/approvals.js';
import { NO_PLACES, type Places } from './places.js';
import type { Tx } from './pool.js';
import { openWords, sealWords } from './sealing/index.js';

export type StepKey = RunRef & { step: number; attempt: number };

/**
 * Opens an attempt of a step, closing any earlier one: whatever comes later from that one is refused. The run's head
 * moves to `parent`, which lies further back after a rewind.
 * Opening the same attempt again (a redelivery) changes nothing, and is refused where it must be `fresh`; a run that has
 * ended opens none. Call under the run's lock.
 * @throws HoldfastError `attempt_closed`
 */
export async function openAttempt(tx: Tx, key: StepKey, parent: number, steering: Steering | null, fresh = false): Promise<void> {
  await tx.query({
    name: 'open-attempt',
    text: `
      with opened as (
        insert into steps (tenant_id, run_id, step, parent, attempt, state, model, steering, state_hash, world_version, workspace_commit)
        select $1, $2, $3::int, $5::int, $4::int, 'open', r.model, $6::jsonb, c.state_hash, c.world_version, c.workspace_commit
        from runs r left join checkpoints c on c.tenant_id = $1 and c.run_id = $2 and c.step = $5 where r.tenant_id = $1 and r.run_id = $2 and r.ended_at is null
        on conflict (tenant_id, run_id, step) do update
          set attempt = excluded.attempt, state_hash = case when steps.attempt < excluded.attempt then coalesce(steps.restored_hash, excluded.state_hash) else steps.state_hash end, workspace_commit = case when steps.attempt < excluded.attempt then excluded.workspace_commit else steps.workspace_commit end, digest = case when steps.attempt < excluded.attempt then null else steps.digest end
          where steps.state = 'open' and (steps.attempt < excluded.attempt or (steps.attempt = excluded.attempt and not $8::boolean))
        returning xmax = 0 as first, state_hash is not null as anchored
      ), moved as (
        update run_heads set next_step = greatest(next_step, $3 + 1), head_step = case when opened.anchored then $5 else head_step end, steering_actions = steering_actions + case when opened.first and $7 then 1 else 0 end
        from opened where tenant_id = $1 and run_id = $2)
      select holdfast_require_open(exists (select 1 from opened))`,
    values: [key.tenantId, key.runId, key.step, key.attempt, parent, steering, Boolean(steering && !steering.holdout), fresh],
  });
}

/**
 * Refuses what comes from an attempt that is not the open one. Call under the run's lock.
 * @throws HoldfastError `attempt_closed`
 */
export async function requireOpen(tx: Tx, key: StepKey): Promise<void> {
  await tx.query({
    name: 'require-open',
    text: `select holdfast_require_open(exists (select 1 from steps where tenant_id = $1 and run_id = $2 and step = $3 and attempt = $4 and state = 'open'))`,
    values: [key.tenantId, key.runId, key.step, key.attempt],
  });
}

/** The attempt of a step that was opened last; null where none was. */
export async function readStepAttempt(tx: Tx, ref: RunRef, step: number): Promise<number | null> {
  const { rows } = await tx.query<{ attempt: number }>('select attempt from steps where tenant_id = $1 and run_id = $2 and step = $3', [ref.tenantId, ref.runId, step]);
  return rows[0]?.attempt ?? null;
}

export type TokenCounts = { prompt: number; output: number; thinking: number };

export type StepTurn = { tokens: TokenCounts; calls: number; malformed: boolean; digest: PartialDigest; route: StepRoute };

/**
 * Records what a model's turn was: its tokens are added to its step and its run; of several deliveries the last one's
 * route stays.
 * @throws HoldfastError `attempt_closed`
 */
export async function recordTurn(tx: Tx, key: StepKey, { tokens: t, calls, malformed, digest, route }: StepTurn): Promise<void> {
  await tx.query({
    name: 'record-turn',
    text: `
      with s as (
        update steps set prompt_tokens = prompt_tokens + $5, output_tokens = output_tokens + $6, thinking_tokens = thinking_tokens + $7, calls = $8, malformed = malformed or $9, digest = $10
        where tenant_id = $1 and run_id = $2 and step = $3 and attempt = $4 and state = 'open' returning 1
      ), h as (
        update run_heads set prompt_tokens = prompt_tokens + $5, output_tokens = output_tokens + $6, thinking_tokens = thinking_tokens + $7, tool_calls = tool_calls + $8
        where tenant_id = $1 and run_id = $2 and exists (select 1 from s)
      ), r as (
        insert into step_routes (tenant_id, run_id, step, attempt, runtime_id, model, reason) select $1, $2, $3, $4, $11, $12, $13 from s
        on conflict (tenant_id, run_id, step, attempt) do update set runtime_id = excluded.runtime_id, model = excluded.model, reason = excluded.reason)
      select holdfast_require_open(exists (select 1 from s))`,
    values: [key.tenantId, key.runId, key.step, key.attempt, t.prompt, t.output, t.thinking, calls, malformed, JSON.stringify(digest), route.runtimeId, route.model, route.reason],
  });
}

/** What the model's turn contributes to the digest, kept until the step's calls are done. */
export type PartialDigest = Pick<StepDigest, 'text' | 'promptTokens' | 'outputTokens' | 'thinkingTokens' | 'contextLimit' | 'malformed' | 'degenerate' | 'projection'> & { calls: CallDigest[] };

/**
 * A call's digest joins the open step's; the state after the call becomes the step's.
 * @throws HoldfastError `attempt_closed`
 */
export async function addCallDigest(tx: Tx, key: StepKey, call: CallDigest, stateHash: Buffer | null, places: Places = NO_PLACES): Promise<void> {
  await tx.query({
    name: 'add-call-digest',
    text: `
      with s as (
        update steps set digest = jsonb_set(digest, '{calls}', (digest->'calls') || $5::jsonb), state_hash = coalesce($6, state_hash), world_version = coalesce($7, world_version), workspace_commit = coalesce($8, workspace_commit)
        where tenant_id = $1 and run_id = $2 and step = $3 and attempt = $4 and state = 'open' returning 1)
      select holdfast_require_open(exists (select 1 from s))`,
    values: [key.tenantId, key.runId, key.step, key.attempt, JSON.stringify(call), stateHash, places.worldVersion, places.workspaceCommit],
  });
}

export type StepClose = {
  parent: number;
  digest: StepDigest;
  report: DriftReport;
  driftState: DriftState;
  stateHash: Buffer;
} & Places;

/**
 * Closes the step, saves its checkpoint and moves the run's head to it, all in the transaction that makes the last
 * result true. Call under the run's lock.
 * @throws HoldfastError `attempt_closed`
 */
export async function closeStep(tx: Tx, key: StepKey, c: StepClose): Promise<void> {
  await tx.query({
    name: 'close-step',
    text: `
      with s as (
        update steps set state = 'closed', digest = $5, drift = $6, state_hash = $7, ended_at = clock_timestamp()
        where tenant_id = $1 and run_id = $2 and step = $3 and attempt = $4 and state = 'open' returning world_version, workspace_commit
      ), c as (
        insert into checkpoints (tenant_id, run_id, step, parent, state_hash, world_version, workspace_commit, drift_state)
        select $1, $2, $3, $8, $7, coalesce($9, s.world_version), coalesce($10, s.workspace_commit), $11 from s
      ), h as (
        update run_heads set head_step = $3 where tenant_id = $1 and run_id = $2 and exists (select 1 from s))
      select holdfast_require_open(exists (select 1 from s))`,
    values: [key.tenantId, key.runId, key.step, key.attempt, JSON.stringify(c.digest), JSON.stringify(c.report), c.stateHash, c.parent, c.worldVersion, c.workspaceCommit, JSON.stringify(c.driftState)],
  });
}

/**
 * Closes a step that gave nothing, so that nothing of it stays open. The head does not move; what people said and
 * the step took up is handed to the next one.
 */
export async function abandonStep(tx: Tx, ref: RunRef, step: number, failure: { code: ErrorCode; detail: string } | null): Promise<boolean> {
  await tx.query(
    `update inbox set applied_step = $3 + 1 where tenant_id = $1 and run_id = $2 and applied_step = $3
     and not exists (select 1 from steps where tenant_id = $1 and run_id = $2 and step = $3 and state = 'closed')`,
    [ref.tenantId, ref.runId, step],
  );
  await withdrawApprovals(tx, ref, step);
  const { rowCount } = await tx.query(`update steps set state = 'abandoned', failure = $4, ended_at = clock_timestamp() where tenant_id = $1 and run_id = $2 and step = $3 and state = 'open'`, [ref.tenantId, ref.runId, step, sealedFailure(failure)]);
  return Boolean(rowCount);
}

/** Closes whatever step is open, as a run ends: a result that comes later is refused. Call under the run's lock. */
export async function abandonOpenStep(tx: Tx, ref: RunRef, failure: { code: ErrorCode; detail: string } | null): Promise<void> {
  const { rows } = await tx.query<{ step: number }>(`select step from steps where tenant_id = $1 and run_id = $2 and state = 'open'`, [ref.tenantId, ref.runId]);
  for (const { step } of rows) await abandonStep(tx, ref, step, failure);
}

/** Records why an attempt failed for good, for the words that the run ends with. Call under the run's lock. */
export async function noteFailure(tx: Tx, key: StepKey, failure: { code: ErrorCode; detail: string }): Promise<void> {
  await tx.query(`update steps set failure = $5 where tenant_id = $1 and run_id = $2 and step = $3 and attempt = $4 and state = 'open'`, [key.tenantId, key.runId, key.step, key.attempt, sealedFailure(failure)]);
}

const sealedFailure = <T extends { code: ErrorCode; detail: string } | null>(failure: T): T => (failure ? { ...failure, detail: sealWords(failure.detail) } : failure);

/** Why a step failed for good, where that was recorded. */
export async function readStepFailure(tx: Tx, ref: RunRef, step: number): Promise<{ code: ErrorCode; detail: string } | null> {
  const { rows } = await tx.query<{ failure: { code: ErrorCode; detail: string } | null }>('select failure from steps where tenant_id = $1 and run_id = $2 and step = $3', [ref.tenantId, ref.runId, step]);
  const failure = rows[0]?.failure;
  return failure ? { ...failure, detail: await openWords(failure.detail) } : null;
}

/** Moves the run's head to an earlier checkpoint; the next step hangs on it, and numbers go on. Call under the run's lock. */
export async function moveHead(tx: Tx, ref: RunRef, toStep: number): Promise<void> {
  await tx.query('update run_heads set head_step = $3 where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId, toStep]);
}

/** Counts a steering action that opens no step of its own. Call under the run's lock. */
export async function countSteeringAction(tx: Tx, ref: RunRef): Promise<void> {
  await tx.query('update run_heads set steering_actions = steering_actions + 1 where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
}

/** Digests of a step's nearest closed ancestors, newest first. */
export async function readWindow(tx: Tx, ref: RunRef, from: number, size: number): Promise<StepDigest[]> {
  const { rows } = await tx.query<{ digest: StepDigest }>({
    name: 'read-window',
    text: `
      with recursive chain as (
        select step, parent, digest, 1 as n from steps where tenant_id = $1 and run_id = $2 and step = $3
        union all
        select s.step, s.parent, s.digest, chain.n + 1 from chain join steps s on s.tenant_id = $1 and s.run_id = $2 and s.step = chain.parent
        where chain.n < $4
      ) select digest from chain where digest is not null order by n`,
    values: [ref.tenantId, ref.runId, from, size],
  });
  return rows.map((r) => r.digest);
}

export type Checkpoint = { step: number; parent: number; stateHash: Buffer; driftState: DriftState | null; worldVersion: number | null; workspaceCommit: string | null };

/** The checkpoint of a step, or null. Step 0 is the run's start. */
export async function readCheckpoint(tx: Tx, ref: RunRef, step: number): Promise<Checkpoint | null> {
  const { rows } = await tx.query<{ step: number; parent: number; state_hash: Buffer; drift_state: DriftState | null; world_version: number | null; workspace_commit: string | null }>({
    name: 'read-checkpoint',
    text: 'select step, parent, state_hash, drift_state, world_version, workspace_commit from checkpoints where tenant_id = $1 and run_id = $2 and step = $3',
    values: [ref.tenantId, ref.runId, step],
  });
  const r = rows[0];
  return r ? { step: r.step, parent: r.parent, stateHash: r.state_hash, driftState: r.drift_state, worldVersion: r.world_version, workspaceCommit: r.workspace_commit } : null;
}

/** The checkpoint that a run starts from, with its first agent state. */
export async function insertRootCheckpoint(tx: Tx, ref: RunRef, stateHash: Buffer, places: Places = NO_PLACES): Promise<void> {
  await tx.query(`insert into checkpoints (tenant_id, run_id, step, parent, state_hash, drift_state, world_version, workspace_commit) values ($1, $2, 0, 0, $3, 'null', $4, $5) on conflict do nothing`, [ref.tenantId, ref.runId, stateHash, places.worldVersion, places.workspaceCommit]);
}

/** What the open step's model turn, and the calls done so far, gave for the digest. */
export async function readPartialDigest(tx: Tx, key: StepKey): Promise<PartialDigest> {
  const { rows } = await tx.query<{ digest: PartialDigest }>({
    name: 'read-partial-digest',
    text: `select digest from steps where tenant_id = $1 and run_id = $2 and step = $3 and attempt = $4 and state = 'open'`,
    values: [key.tenantId, key.runId, key.step, key.attempt],
  });
  if (!rows[0]) throw new HoldfastError('attempt_closed', 'The attempt is closed; its result was refused.');
  return rows[0].digest;
}
