import type { ModelRef, RunRef, StepRoute } from '#contracts';
import type { Tx } from '../pool.js';

/** Remembers that the run named no model, so that its calls follow the configuration. */
export async function markRouted(tx: Tx, ref: RunRef): Promise<void> {
  await tx.query('insert into routed_runs (tenant_id, run_id) values ($1,$2) on conflict do nothing', [ref.tenantId, ref.runId]);
}

export async function isRouted(tx: Tx, ref: RunRef): Promise<boolean> {
  const { rowCount } = await tx.query('select 1 from routed_runs where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  return Boolean(rowCount);
}

/** The route of an attempt; the last delivery's stays. */
export async function saveRoute(tx: Tx, at: RunRef & { step: number; attempt: number }, route: StepRoute): Promise<void> {
  await tx.query({
    name: 'save-route',
    text: `insert into step_routes (tenant_id, run_id, step, attempt, runtime_id, model, reason) values ($1,$2,$3,$4,$5,$6,$7)
           on conflict (tenant_id, run_id, step, attempt) do update set runtime_id = excluded.runtime_id, model = excluded.model, reason = excluded.reason`,
    values: [at.tenantId, at.runId, at.step, at.attempt, route.runtimeId, route.model, route.reason],
  });
}

/** The run goes with another model from here on. */
export async function repinModel(tx: Tx, ref: RunRef, to: ModelRef): Promise<void> {
  await tx.query('update runs set model = $3, runtime_id = $4 where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId, to.model, to.runtimeId]);
}

/** Running runs of all tenants whose step is not open and of which nothing was heard for so many seconds: their model call waits somewhere. */
export async function readWaitingForModel(tx: Tx, quietSeconds: number, limit: number): Promise<(RunRef & ModelRef)[]> {
  const { rows } = await tx.query<RunRef & ModelRef>(
    `select r.tenant_id as "tenantId", r.run_id as "runId", r.runtime_id as "runtimeId", r.model from runs r join run_heads h using (tenant_id, run_id)
     where r.status = 'running' and r.runtime_id is not null and r.model is not null
       and not exists (select 1 from steps s where s.tenant_id = r.tenant_id and s.run_id = r.run_id and s.state = 'open')
       and (select e.at from events e where e.tenant_id = r.tenant_id and e.run_id = r.run_id and e.seq = h.event_seq) < now() - make_interval(secs => $1)
     order by r.run_id limit $2`,
    [quietSeconds, limit],
  );
  return rows;
}

/** Where live runs that follow the configuration last went, over all tenants. */
export async function liveRoutes(tx: Tx): Promise<ModelRef[]> {
  const { rows } = await tx.query<{ runtime_id: string; model: string }>(
    `select distinct r.runtime_id, r.model from runs r join routed_runs using (tenant_id, run_id)
     where r.runtime_id is not null and r.status in ('running','waiting_approval','waiting_input','waiting_runtime','paused','cancelling')`,
  );
  return rows.map((row) => ({ runtimeId: row.runtime_id, model: row.model }));
}
