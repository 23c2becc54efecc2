import { setTimeout as sleep } from 'node:timers/promises';
import { type CorpusRef, isConnectionLoss, mergeTerms, type Pool, withTx } from '#store';

/** Tries of one merge, and milliseconds before the second; each later wait is twice as long. */
const TRIES = 4;
const FIRST_WAIT_MS = 100;

/**
 * Merges a corpus's terms until there is nothing to merge. A merge is one transaction that only makes searches quicker:
 * where its connection breaks it is made again, and where Postgres stays away it is left to the next file's.
 * @returns how many were made
 */
export async function mergeAll(pool: Pool, corpus: CorpusRef): Promise<number> {
  for (let made = 0; ; made++) if (!(await mergeOnce(pool, corpus))) return made;
}

async function mergeOnce(pool: Pool, corpus: CorpusRef): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      return await withTx(pool, corpus.tenantId, (tx) => mergeTerms(tx, corpus));
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      if (tries === TRIES) return false;
      await sleep(FIRST_WAIT_MS * 2 ** (tries - 1));
    }
  }
}
