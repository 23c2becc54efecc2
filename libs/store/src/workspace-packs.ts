import type { RunRef } from '#contracts';
import type { Tx } from './pool.js';
import { currentKey, openBody, sealBody } from './sealing/index.js';

export type WorkspacePack = { commit: string; parent: string; body: Buffer };

/** Keeps what a commit adds to its parent, sealed where the run is; a second time it is the same. */
export async function putWorkspacePack(tx: Tx, ref: RunRef, { commit, parent, body }: WorkspacePack): Promise<void> {
  const sealed = currentKey() ? sealBody(body.toString('base64')) : null;
  await tx.query('insert into workspace_packs (tenant_id, run_id, commit, parent, body, enc, key_id) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing', [
    ref.tenantId, ref.runId, commit, parent, sealed ? Buffer.from(sealed.body) : body, sealed?.enc ?? 0, sealed?.key_id ?? null,
  ]);
}

/** The pack of a commit, whichever run made it; null where there is none. */
export async function readWorkspacePack(tx: Tx, tenantId: string, commit: string): Promise<WorkspacePack | null> {
  const { rows } = await tx.query<WorkspacePack & { enc: number; key_id: string | null }>('select commit, parent, body, enc, key_id from workspace_packs where tenant_id = $1 and commit = $2 limit 1', [tenantId, commit]);
  const row = rows[0];
  if (!row) return null;
  const body = row.enc === 0 ? row.body : Buffer.from(await openBody({ body: row.body.toString(), enc: row.enc, key_id: row.key_id }), 'base64');
  return { commit: row.commit, parent: row.parent, body };
}
