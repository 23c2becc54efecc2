import type { Rung } from '#contracts';
import type { Tx } from './pool.js';

export type OutcomeRow = { agent: string; model: string | null; rung: Rung; holdout: boolean; alarms: number; recovered: number; progress: number; again: number; completed: number };

/**
 * What followed each alarm that the ladder decided on, counted by agent, model, rung and whether it was held out.
 * Only alarms are counted whose ten steps are over, or whose run is.
 */
export async function readDriftOutcomes(tx: Tx, tenantId: string, of: { agent?: string | undefined; model?: string | undefined }): Promise<OutcomeRow[]> {
  const { rows } = await tx.query<OutcomeRow>({
    name: 'read-drift-outcomes',
    text: `
      with acted as (
        select s.run_id, s.step, s.model, r.agent, r.status, r.ended_at, s.steering->>'rung' as rung, coalesce((s.steering->>'holdout')::boolean, false) as holdout, h.next_step - 1 as last_step
        from steps s join runs r using (tenant_id, run_id) join run_heads h using (tenant_id, run_id)
        where s.tenant_id = $1 and s.steering is not null and s.steering->>'rung' is not null and s.steering ? 'verdict'
          and ($2::text is null or r.agent = $2) and ($3::text is null or s.model = $3)
          and (r.ended_at is not null or h.next_step - s.step > 10)
        union all
        -- Asking and stopping are no step's: what follows begins with the step after the report.
        select e.run_id, (e.data->>'report')::int + 1, r.model, r.agent, r.status, r.ended_at, e.data->>'rung', false, h.next_step - 1
        from events e join runs r using (tenant_id, run_id) join run_heads h using (tenant_id, run_id)
        where e.tenant_id = $1 and e.type = 'steering.applied' and e.data->>'rung' in ('ask', 'stop') and e.data ? 'report'
          and ($2::text is null or r.agent = $2) and ($3::text is null or r.model = $3)
          and (r.ended_at is not null or h.next_step - (e.data->>'report')::int > 11)
      ), followed as (
        select a.*,
          exists (select 1 from checkpoints c where c.tenant_id = $1 and c.run_id = a.run_id and c.step between a.step and a.step + 4 and (c.drift_state->>'stepsSinceProgress')::int = 0) as progress,
          exists (select 1 from steps t where t.tenant_id = $1 and t.run_id = a.run_id and t.step between a.step and a.step + 9 and t.drift->>'verdict' not in ('ok', 'suspect', 'premature_finish')) as again,
          a.status = 'completed' and a.last_step < a.step + 10 as soon_done
        from acted a)
      select agent, model, rung, holdout, count(*)::int as alarms,
             count(*) filter (where soon_done or (progress and not again and (ended_at is null or last_step >= step + 9)))::int as recovered,
             count(*) filter (where progress)::int as progress, count(*) filter (where again)::int as again, count(*) filter (where status = 'completed')::int as completed
      from followed group by agent, model, rung, holdout order by agent, model, rung, holdout`,
    values: [tenantId, of.agent ?? null, of.model ?? null],
  });
  return rows;
}
