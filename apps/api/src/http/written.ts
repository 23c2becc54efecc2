import type { Response } from 'express';

/** Headers of the answer to a write: where what it made is found, and whether this is the first answer once more. */
export function written(res: Response, { at, replayed }: { /** Path of what was made. */ at?: string; replayed: boolean }): void {
  if (at) res.location(at);
  if (replayed) res.setHeader('Idempotency-Replayed', 'true');
}
