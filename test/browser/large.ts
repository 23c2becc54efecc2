import { v7 as uuidv7 } from 'uuid';
import { LOCAL_TENANT, type RunRef } from '#contracts';
import { RunRows } from '#apps/api/src/testing/run-rows';
import { type Pool, withTx } from '#store';

/** `count` runs that have ended, in one statement. */
export async function manyRuns(pool: Pool, count: number): Promise<void> {
  const rows = new RunRows(pool);
  const like = await rows.run({ agent: 'probe', input: { steps: 3, bytes: 200 }, tags: ['many'] });
  await rows.end(like, 'completed');
  rows.notifier.close();
  const ids = Array.from({ length: count - 1 }, () => uuidv7());
  await withTx(pool, LOCAL_TENANT, async (tx) => {
    await tx.query(
      `insert into runs (tenant_id, run_id, principal_id, agent, agent_version, status, input_hash, model, priority, tags, limits, created_at, started_at, ended_at)
       select r.tenant_id, id, r.principal_id, r.agent, r.agent_version, 'completed', r.input_hash, 'scripted', r.priority, r.tags, r.limits, now(), now(), now() from runs r, unnest($3::uuid[]) id where r.tenant_id = $1 and r.run_id = $2`,
      [like.tenantId, like.runId, ids],
    );
    await tx.query('insert into run_heads (tenant_id, run_id, event_seq, head_step, next_step) select $1, id, 0, 3, 4 from unnest($2::uuid[]) id', [like.tenantId, ids]);
  });
}

/** A run of `count` steps, each with a turn and what its tool gave. */
export async function longRun(pool: Pool, count: number): Promise<RunRef> {
  const rows = new RunRows(pool);
  const ref = await rows.run({ agent: 'probe', input: { steps: count, bytes: 200 }, limits: { maxSteps: count, maxTokens: 1_000_000, maxSeconds: 86_400 } });
  await rows.start(ref);
  await rows.step(ref, 1, 0);
  await withTx(pool, LOCAL_TENANT, async (tx) => {
    const key = [ref.tenantId, ref.runId];
    await tx.query(
      `insert into steps (tenant_id, run_id, step, parent, attempt, state, model, prompt_tokens, output_tokens, thinking_tokens, state_hash, calls, digest, drift, ended_at)
       select s.tenant_id, s.run_id, n, n - 1, 1, 'closed', 'scripted', 900, 120, 0, s.state_hash, s.calls, s.digest, s.drift || jsonb_build_object('step', n, 'overthinking', 0.3 + 0.2 * sin(n / 40.0), 'overacting', 0.35 + 0.3 * sin(n / 90.0)), now()
       from steps s, generate_series(2, $3::int) n where s.tenant_id = $1 and s.run_id = $2 and s.step = 1`,
      [...key, count],
    );
    await tx.query(`insert into messages (tenant_id, run_id, step, attempt, ordinal, role, hash, tool, tokens) select m.tenant_id, m.run_id, n, 1, m.ordinal, m.role, m.hash, m.tool, m.tokens from messages m, generate_series(2, $3::int) n where m.tenant_id = $1 and m.run_id = $2 and m.step = 1`, [...key, count]);
    await tx.query('update run_heads set head_step = $3, next_step = $3 + 1 where tenant_id = $1 and run_id = $2', [...key, count]);
  });
  await rows.end(ref, 'completed');
  rows.notifier.close();
  return ref;
}
