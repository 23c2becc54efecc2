import type { RunRef } from '#contracts';
import { type Pool, putWorkspacePack, readWorkspacePack, type WorkspacePack, withTx } from '#store';
import { hasCommit, pack, unpack, type Workspace } from '#workspace';

/** A larger one stays on its host alone: it holds what was built or generated, and is no work to lose. */
const MAX_PACK_BYTES = 33_554_432;

/** Where commits are kept outside the host that made them. */
export type PackStore = { put(run: RunRef, pack: WorkspacePack): Promise<void>; get(tenantId: string, commit: string): Promise<WorkspacePack | null> };

export const packsIn = (pool: Pool): PackStore => ({
  put: (run, one) => withTx(pool, run.tenantId, (tx) => putWorkspacePack(tx, run, one)),
  get: (tenantId, commit) => withTx(pool, tenantId, (tx) => readWorkspacePack(tx, tenantId, commit)),
});

/** Keeps a new commit, before the outcome that names it is written. */
export async function keepPack(packs: PackStore, run: RunRef, ws: Workspace, commit: string, parent: string): Promise<void> {
  const body = await pack(ws.place, commit, parent);
  if (!body || body.length > MAX_PACK_BYTES) return;
  await packs.put({ tenantId: run.tenantId, runId: run.runId }, { commit, parent, body });
}

/** Brings a commit here that another host made, or that was lost with the folder, from the nearest one that is here. */
export async function fetchCommit(packs: PackStore, tenantId: string, ws: Workspace, commit: string): Promise<void> {
  const missing: WorkspacePack[] = [];
  for (let at = commit; !(await hasCommit(ws.place, at)); at = missing.at(-1)!.parent) {
    const found = await packs.get(tenantId, at);
    if (!found) return;
    missing.push(found);
  }
  for (const { body } of missing.reverse()) await unpack(ws.place, body);
}
