import type { DriftOverrides, RunRef } from '#contracts';
import { v7 as uuidv7 } from 'uuid';
import { putContents } from '../contents.js';
import { appendEvents } from '../events.js';
import { setRunWorld } from '../places.js';
import type { Tx } from '../pool.js';
import { forkWorld } from '../world/worlds.js';

export type Seed = { from: RunRef; step: number; /** Agent state in place of the checkpoint's. */ state?: unknown; prompt?: string; policy?: DriftOverrides };

/**
 * Seeds a run that was just inserted from a checkpoint of another: the branch that leads to it, with its messages and
 * checkpoints, under the same step numbers. Rows are copied and bodies are not, so the fork stands by itself whatever
 * becomes of the run it came from. Effects stay where they happened: the ledger is not copied.
 */
export async function seedRun(tx: Tx, run: RunRef, seed: Seed): Promise<void> {
  await appendEvents(tx, run, []);
  const [stateHash] = seed.state === undefined ? [null] : await putContents(tx, run.tenantId, [JSON.stringify(seed.state)]);
  const [promptHash] = seed.prompt === undefined ? [null] : await putContents(tx, run.tenantId, [JSON.stringify(seed.prompt)]);
  const at = [run.tenantId, run.runId, seed.from.runId];
  await tx.query(
    `insert into checkpoints (tenant_id, run_id, step, parent, state_hash, world_version, workspace_commit, drift_state)
     with recursive chain as (
       select step, parent from checkpoints where tenant_id = $1 and run_id = $3 and step = $4
       union all
       select c.step, c.parent from chain join checkpoints c on c.tenant_id = $1 and c.run_id = $3 and c.step = chain.parent where chain.step > 0
     )
     select $1, $2, c.step, c.parent, case when c.step = $4 then coalesce($5, c.state_hash) else c.state_hash end, c.world_version, c.workspace_commit, c.drift_state
     from chain join checkpoints c on c.tenant_id = $1 and c.run_id = $3 and c.step = chain.step`,
    [...at, seed.step, stateHash],
  );
  const onBranch = 'exists (select 1 from checkpoints c where c.tenant_id = $1 and c.run_id = $2 and c.step = s.step)';
  await tx.query(
    `insert into steps (tenant_id, run_id, step, parent, attempt, state, model, prompt_tokens, output_tokens, thinking_tokens, state_hash, calls, malformed, digest, drift, steering, started_at, ended_at, world_version, workspace_commit)
     select $1, $2, step, parent, attempt, state, model, prompt_tokens, output_tokens, thinking_tokens, state_hash, calls, malformed, digest, drift, steering, started_at, ended_at, world_version, workspace_commit
     from steps s where s.tenant_id = $1 and s.run_id = $3 and s.state = 'closed' and ${onBranch}`,
    at,
  );
  await tx.query(
    `insert into messages (tenant_id, run_id, step, attempt, ordinal, role, hash, tool, tokens)
     select $1, $2, s.step, s.attempt, s.ordinal, s.role, s.hash, s.tool, s.tokens from messages s where s.tenant_id = $1 and s.run_id = $3 and ${onBranch}`,
    at,
  );
  await tx.query(
    `insert into step_activations (tenant_id, run_id, step, attempt, correction, layer, axes, projections, shifts, corrected)
     select $1, $2, s.step, s.attempt, s.correction, s.layer, s.axes, s.projections, s.shifts, s.corrected from step_activations s where s.tenant_id = $1 and s.run_id = $3 and ${onBranch}`,
    at,
  );
  await tx.query(
    `insert into memory_terms (tenant_id, run_id, term, step, ordinal, n, enc, key_id)
     select $1, $2, s.term, s.step, s.ordinal, s.n, s.enc, s.key_id from memory_terms s where s.tenant_id = $1 and s.run_id = $3 and ${onBranch}`,
    at,
  );
  await tx.query(`update runs set forked_from = $3, forked_step = $4, prompt_hash = coalesce($5, (select prompt_hash from runs where tenant_id = $1 and run_id = $3)), drift = nullif(coalesce((select drift from runs where tenant_id = $1 and run_id = $3), '{}') || coalesce($6::jsonb, '{}'), '{}') where tenant_id = $1 and run_id = $2`, [...at, seed.step, promptHash, seed.policy ?? null]);
  await forkItsWorld(tx, run, seed);
  await tx.query('update run_heads set head_step = $3, next_step = $3 + 1 where tenant_id = $1 and run_id = $2', [run.tenantId, run.runId, seed.step]);
}

/** A world of its own, that begins as the checkpoint has it: what the fork does is not of the run it came from. */
async function forkItsWorld(tx: Tx, run: RunRef, seed: Seed): Promise<void> {
  const { rows } = await tx.query<{ world_id: string; version: number }>(
    'select r.world_id, c.world_version as version from runs r join checkpoints c using (tenant_id, run_id) where r.tenant_id = $1 and r.run_id = $2 and c.step = $3 and r.world_id is not null and c.world_version is not null',
    [seed.from.tenantId, seed.from.runId, seed.step],
  );
  if (!rows[0]) return;
  const worldId = uuidv7();
  await forkWorld(tx, { tenantId: run.tenantId, worldId: rows[0].world_id }, rows[0].version, worldId);
  await setRunWorld(tx, run, worldId);
}

/** What a fork goes with otherwise than its agent says; nulls for any other run. */
export async function readOverrides(tx: Tx, ref: RunRef): Promise<{ drift: DriftOverrides | null }> {
  const { rows } = await tx.query<{ drift: DriftOverrides | null }>('select drift from runs where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  return { drift: rows[0]?.drift ?? null };
}
