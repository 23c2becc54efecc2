import { createHash } from 'node:crypto';
import type { AuditAction, AuditEntry } from '#contracts';
import type { Tx } from './pool.js';

export type NewAuditEntry = { tenantId: string; /** Null: Holdfast itself. */ principalId: string | null; action: AuditAction; runId: string | null; /** An artifact, a step, an approval: its id, never its content. */ subject: string | null };

const START = Buffer.alloc(32);
type Link = { tenantId: string; n: number; at: string; principalId: string | null; action: string; runId: string | null; subject: string | null };

/** SHA-256 of the row before and of this row's fields, with their lengths so that none runs into the next. */
export function auditHash(prev: Buffer, l: Link): Buffer {
  const fields = [l.tenantId, String(l.n), l.at, l.principalId ?? '', l.action, l.runId ?? '', l.subject ?? ''];
  return createHash('sha256').update(prev).update(JSON.stringify(fields)).digest();
}

/** Adds a row to the tenant's chain, in the transaction of what it tells of: that is not done where this is not written. */
export async function appendAudit(tx: Tx, e: NewAuditEntry): Promise<void> {
  await tx.query('insert into audit_heads (tenant_id, n, link) values ($1, 0, $2) on conflict do nothing', [e.tenantId, START]);
  const { rows } = await tx.query<{ n: number; hash: Buffer }>('select n::int as n, link as hash from audit_heads where tenant_id = $1 for update', [e.tenantId]);
  const { n, hash: prev } = rows[0]!;
  const at = new Date().toISOString();
  const hash = auditHash(prev, { ...e, n: n + 1, at });
  await tx.query('insert into audit_log (tenant_id, n, at, principal_id, action, run_id, subject, prev, link) values ($1,$2,$3,$4,$5,$6,$7,$8,$9)', [e.tenantId, n + 1, at, e.principalId, e.action, e.runId, e.subject, prev, hash]);
  await tx.query('update audit_heads set n = $2, link = $3 where tenant_id = $1', [e.tenantId, n + 1, hash]);
}

type Row = { n: number; at: Date; principal_id: string | null; action: AuditAction; run_id: string | null; subject: string | null; prev: Buffer; hash: Buffer };

/** Rows after `after`, oldest first. */
export async function readAudit(tx: Tx, tenantId: string, page: { after: number; limit: number; runId?: string | undefined }): Promise<(AuditEntry & { prev: Buffer; hash: Buffer })[]> {
  const { rows } = await tx.query<Row>('select n::int as n, at, principal_id, action, run_id, subject, prev, link as hash from audit_log where tenant_id = $1 and n > $2 and ($4::uuid is null or run_id = $4) order by n limit $3', [tenantId, page.after, page.limit, page.runId ?? null]);
  return rows.map((r) => ({ n: r.n, at: r.at.toISOString(), principalId: r.principal_id, action: r.action, runId: r.run_id, subject: r.subject, prev: r.prev, hash: r.hash }));
}

export type AuditCheck = { entries: number; /** The first row that is not as it was written, and why; null where all are. */ broken: { n: number; why: string } | null };
const PAGE = 1_000;

/** Follows a tenant's chain from its first row to its head. */
export async function verifyAudit(tx: Tx, tenantId: string): Promise<AuditCheck> {
  let prev: Buffer = START;
  let n = 0;
  for (;;) {
    const rows = await readAudit(tx, tenantId, { after: n, limit: PAGE });
    for (const row of rows) {
      if (row.n !== n + 1) return { entries: n, broken: { n: n + 1, why: 'is missing' } };
      if (!row.prev.equals(prev)) return { entries: n, broken: { n: row.n, why: 'does not follow from the one before' } };
      if (!row.hash.equals(auditHash(prev, { ...row, tenantId }))) return { entries: n, broken: { n: row.n, why: 'was changed' } };
      [n, prev] = [row.n, row.hash];
    }
    if (rows.length < PAGE) break;
  }
  const head = (await tx.query<{ n: number; hash: Buffer }>('select n::int as n, link as hash from audit_heads where tenant_id = $1', [tenantId])).rows[0];
  if ((head?.n ?? 0) !== n || (head && n > 0 && !head.hash.equals(prev))) return { entries: n, broken: { n: n + 1, why: 'is missing: the chain ends before its head' } };
  return { entries: n, broken: null };
}

/** Tenants that have a chain. */
export async function listAuditedTenants(tx: Tx): Promise<string[]> {
  return (await tx.query<{ tenant_id: string }>('select distinct tenant_id from (select tenant_id from audit_heads union select tenant_id from audit_log) t order by 1')).rows.map((r) => r.tenant_id);
}
