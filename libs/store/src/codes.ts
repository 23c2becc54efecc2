import type { Code } from '#contracts';
import type { Tx } from './pool.js';

/** Enters codes; one that is there already gets its new words. */
export async function putCodes(tx: Tx, tenantId: string, system: string, codes: readonly Pick<Code, 'code' | 'display'>[]): Promise<void> {
  await tx.query(
    `insert into codes (tenant_id, system, code, display) select $1, $2, c, d from unnest($3::text[], $4::text[]) as t(c, d)
     on conflict (tenant_id, system, code) do update set display = excluded.display`,
    [tenantId, system, codes.map((c) => c.code), codes.map((c) => c.display)],
  );
}

/** Codes whose words have all of the question's, or that begin with it; the shortest first, since they say most of what was asked. */
export async function searchCodes(tx: Tx, tenantId: string, s: { q: string; system?: string | undefined; limit: number }): Promise<Code[]> {
  const { rows } = await tx.query<Code>(
    `select system, code, display from codes
     where tenant_id = $1 and ($3::text is null or system = $3) and (terms @@ plainto_tsquery('english', $2) or lower(code) like $5)
     order by (lower(code) like $5) desc, ts_rank(terms, plainto_tsquery('english', $2), 1) desc, length(display), code limit $4`,
    [tenantId, s.q, s.system ?? null, s.limit, `${s.q.toLowerCase().replace(/[\\%_]/g, (c) => `\\${c}`)}%`],
  );
  return rows;
}
