import type { ContentPolicy, WorldRef } from '#contracts';
import { type Pool, withTx, worldHead } from '#store';

export const NO_POLICY: ContentPolicy = { instructions: '', never: [] };

/** What this installation leaves out, and what the world's own rules do. */
export async function policyFor(pool: Pool, ref: WorldRef, general: ContentPolicy): Promise<ContentPolicy> {
  const { rules } = await withTx(pool, ref.tenantId, (tx) => worldHead(tx, ref));
  const own = rules.content ?? NO_POLICY;
  return { instructions: [general.instructions, own.instructions].filter(Boolean).join(' '), never: [...general.never, ...own.never] };
}
