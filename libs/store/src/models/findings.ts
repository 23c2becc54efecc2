import type { DoctorReport } from '#contracts';
import type { Tx } from '../pool.js';

type Key = { tenantId: string; runtimeId: string; model: string };

/** Keeps the newest examination of a model on a runtime in a version. */
export async function saveFindings(tx: Tx, tenantId: string, report: DoctorReport): Promise<void> {
  await tx.query(
    `insert into model_findings (tenant_id, runtime_id, model, version, examined_at, report) values ($1,$2,$3,$4,$5,$6)
     on conflict (tenant_id, runtime_id, model, version) do update set examined_at = excluded.examined_at, report = excluded.report
     where model_findings.examined_at <= excluded.examined_at`,
    [tenantId, report.runtimeId, report.model, report.version, report.examinedAt, JSON.stringify(report)],
  );
}

/** The newest report on a model, whatever the runtime's version was then. */
export async function readFindings(tx: Tx, { tenantId, runtimeId, model }: Key): Promise<DoctorReport | null> {
  const { rows } = await tx.query<{ report: DoctorReport }>('select report from model_findings where tenant_id = $1 and runtime_id = $2 and model = $3 order by examined_at desc limit 1', [tenantId, runtimeId, model]);
  return rows[0]?.report ?? null;
}

/** The newest report on each model of a runtime. */
export async function listFindings(tx: Tx, tenantId: string, runtimeId: string): Promise<DoctorReport[]> {
  const { rows } = await tx.query<{ report: DoctorReport }>('select distinct on (model) report from model_findings where tenant_id = $1 and runtime_id = $2 order by model, examined_at desc', [tenantId, runtimeId]);
  return rows.map(({ report }) => report);
}
