import type { RunRef } from '#contracts';
import type { Tx } from './pool.js';

export type WorkspacePack = { commit: string; parent: string; body: Buffer };

/** Keeps what a commit adds to its parent; a second time it is the same. */
export async function putWorkspacePack(tx: Tx, ref: RunRef, { commit, parent, body }: WorkspacePack): Promise<void> {
  await tx.query('insert into workspace_packs (tenant_id, run_id, commit, parent, body) values ($1, $2, $3, $4, $5) on conflict do nothing', [ref.tenantId, ref.runId, commit, parent, body]);
}

/** The pack of a commit, whichever run made it; null where there is none. */
export async function readWorkspacePack(tx: Tx, tenantId: string, commit: string): Promise<WorkspacePack | null> {
  const { rows } = await tx.query<WorkspacePack>('select commit, parent, body from workspace_packs where tenant_id = $1 and commit = $2 limit 1', [tenantId, commit]);
  return rows[0] ?? null;
}
