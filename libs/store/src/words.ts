import type { RunRef } from '#contracts';
import { getContent } from './contents.js';
import type { Tx } from './pool.js';

/** What people have said to a run in messages, oldest first, as far as its steps up to `step` have taken it up. */
export async function readWords(tx: Tx, ref: RunRef, step: number): Promise<string[]> {
  const { rows } = await tx.query<{ body_hash: Buffer }>(
    `select body_hash from inbox where tenant_id = $1 and run_id = $2 and kind = 'message' and applied_step <= $3 and body_hash is not null order by n`,
    [ref.tenantId, ref.runId, step],
  );
  const words: string[] = [];
  for (const { body_hash } of rows) words.push(await getContent(tx, ref.tenantId, body_hash));
  return words;
}
