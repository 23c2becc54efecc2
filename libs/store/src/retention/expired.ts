import { HoldfastError, isLive, type RetentionRule, type RunRef } from '#contracts';
import { deleteRun } from '../api/delete-run.js';
import { lockRun } from '../events.js';
import type { Tx } from '../pool.js';
import { readRun } from '../runs.js';

/** Ended runs of all tenants whose time is over by the first rule that fits them, the longest ended first. */
export async function readExpiredRuns(tx: Tx, rules: readonly RetentionRule[], limit: number): Promise<RunRef[]> {
  if (rules.length === 0) return [];
  const { rows } = await tx.query<RunRef>(
    `select r.tenant_id as "tenantId", r.run_id as "runId" from runs r cross join lateral (
       select (e->>'days')::float8 as days from jsonb_array_elements($1::jsonb) with ordinality as rule(e, n)
       where coalesce(e->>'agent', r.agent) = r.agent and coalesce(e->>'status', r.status) = r.status order by n limit 1) rule
     where r.ended_at is not null and r.ended_at < now() - make_interval(secs => 86400 * $2::float8) and r.ended_at < now() - make_interval(secs => 86400 * rule.days)
     order by r.ended_at limit $3`,
    [JSON.stringify(rules), Math.min(...rules.map((r) => r.days)), limit],
  );
  return rows;
}

/** Ended runs of all tenants whose events' time is over by the first rule that fits them; not while a webhook is to be told of one. */
export async function readRunsWithOldEvents(tx: Tx, rules: readonly RetentionRule[], limit: number): Promise<RunRef[]> {
  const days = rules.flatMap((r) => r.eventDays ?? []);
  if (days.length === 0) return [];
  const { rows } = await tx.query<RunRef>(
    `select r.tenant_id as "tenantId", r.run_id as "runId" from runs r cross join lateral (
       select (e->>'eventDays')::float8 as days from jsonb_array_elements($1::jsonb) with ordinality as rule(e, n)
       where coalesce(e->>'agent', r.agent) = r.agent and coalesce(e->>'status', r.status) = r.status order by n limit 1) rule
     where r.ended_at < now() - make_interval(secs => 86400 * $2::float8) and r.ended_at < now() - make_interval(secs => 86400 * rule.days)
       and exists (select 1 from events e where e.tenant_id = r.tenant_id and e.run_id = r.run_id)
       and not exists (select 1 from webhook_deliveries d where d.tenant_id = r.tenant_id and d.run_id = r.run_id and d.state = 'pending')
     order by r.ended_at limit $3`,
    [JSON.stringify(rules), Math.min(...days), limit],
  );
  return rows;
}

/** Deletes the events of an ended run; their numbers go on where it is resumed. One that was resumed meanwhile keeps them. */
export async function deleteOldEvents(tx: Tx, ref: RunRef): Promise<boolean> {
  if (!(await readRun(tx, ref))) return false;
  await lockRun(tx, ref);
  const run = await readRun(tx, ref);
  if (!run || isLive(run.status)) return false;
  await tx.query('delete from events where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  return true;
}

/** Deletes an ended run; one that was resumed or deleted meanwhile is left alone. @returns whether it was deleted. */
export async function deleteEndedRun(tx: Tx, ref: RunRef): Promise<boolean> {
  // Writers wait while the bodies are looked through: rather come again than keep them waiting.
  await tx.query(`set local lock_timeout = '5s'`);
  const run = await readRun(tx, ref);
  if (!run) return false;
  await lockRun(tx, ref);
  const current = await readRun(tx, ref);
  if (!current) throw new HoldfastError('not_found', 'The run does not exist.');
  if (isLive(current.status)) return false;
  await deleteRun(tx, ref);
  return true;
}
