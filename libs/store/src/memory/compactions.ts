import type { RunRef } from '#contracts';
import type { Tx } from '../pool.js';
import type { StepKey } from '../steps.js';

/**
 * Closes a compaction's step: its checkpoint is the parent's, since nothing but what is shown has changed, and the
 * head moves to it. It says nothing to the drift check. Call under the run's lock.
 * @throws HoldfastError `attempt_closed`
 */
export async function closeCompaction(tx: Tx, key: StepKey, parent: number, tokens: { prompt: number; output: number; thinking: number }): Promise<void> {
  await tx.query({
    name: 'close-compaction',
    text: `
      with s as (
        update steps set state = 'closed', ended_at = clock_timestamp(), prompt_tokens = $6, output_tokens = $7, thinking_tokens = $8,
          drift = (select p.drift from steps p where p.tenant_id = $1 and p.run_id = $2 and p.step = $5)
        where tenant_id = $1 and run_id = $2 and step = $3 and attempt = $4 and state = 'open' returning 1
      ), c as (
        insert into checkpoints (tenant_id, run_id, step, parent, state_hash, world_version, workspace_commit, drift_state)
        select $1, $2, $3, $5, p.state_hash, p.world_version, p.workspace_commit, p.drift_state from checkpoints p, s where p.tenant_id = $1 and p.run_id = $2 and p.step = $5
      ), h as (
        update run_heads set head_step = $3, prompt_tokens = prompt_tokens + $6, output_tokens = output_tokens + $7, thinking_tokens = thinking_tokens + $8
        where tenant_id = $1 and run_id = $2 and exists (select 1 from s))
      select holdfast_require_open(exists (select 1 from s))`,
    values: [key.tenantId, key.runId, key.step, key.attempt, parent, tokens.prompt, tokens.output, tokens.thinking],
  });
}

/** The model that the run is pinned to; null where the run is gone. */
export async function readPinnedModel(tx: Tx, ref: RunRef): Promise<{ agent: string; model: string | null } | null> {
  const { rows } = await tx.query<{ agent: string; model: string | null }>('select agent, model from runs where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  return rows[0] ?? null;
}
