import { v5 as uuidv5 } from 'uuid';
import type { Tx } from '../pool.js';

export type NewPrincipal = { tenantId: string; principalId: string; name: string };

export async function insertPrincipal(tx: Tx, p: NewPrincipal): Promise<void> {
  await tx.query('insert into principals (tenant_id, principal_id, name) values ($1, $2, $3)', [p.tenantId, p.principalId, p.name]);
}

export async function readPrincipalName(tx: Tx, tenantId: string, principalId: string): Promise<string | null> {
  const { rows } = await tx.query<{ name: string }>('select name from principals where tenant_id = $1 and principal_id = $2', [tenantId, principalId]);
  return rows[0]?.name ?? null;
}

/** The principal of a person whom an identity provider knows: the same id in every process, whoever enters it first. */
export async function enterPerson(tx: Tx, p: { tenantId: string; issuer: string; subject: string; name: string }): Promise<string> {
  const principalId = uuidv5(JSON.stringify([p.issuer, p.subject]), p.tenantId);
  await tx.query(
    `insert into principals (tenant_id, principal_id, name, issuer, subject) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, principal_id) do update set name = excluded.name where principals.name <> excluded.name`,
    [p.tenantId, principalId, p.name, p.issuer, p.subject],
  );
  return principalId;
}

export type TenantView = { tenantId: string; name: string };

/** A tenant by its id or its name; the table of tenants is the one that row security leaves open. */
export async function findTenant(tx: Tx, idOrName: string): Promise<TenantView | null> {
  const { rows } = await tx.query<TenantView>('select tenant_id as "tenantId", name from tenants where tenant_id::text = $1 or name = $1 order by tenant_id::text = $1 desc limit 1', [idOrName]);
  return rows[0] ?? null;
}

export async function insertTenant(tx: Tx, t: TenantView): Promise<boolean> {
  return Boolean((await tx.query('insert into tenants (tenant_id, name) values ($1, $2) on conflict do nothing', [t.tenantId, t.name])).rowCount);
}

export async function listTenants(tx: Tx): Promise<TenantView[]> {
  return (await tx.query<TenantView>('select tenant_id as "tenantId", name from tenants order by created_at')).rows;
}
