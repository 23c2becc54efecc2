import { Inject, Injectable } from '@nestjs/common';
import { claimKey, keepAnswer, keyedHash, type KeptAnswer, type Pool, type Tx, withTx } from '#store';
import { InvalidRequest } from '../http/invalid-request.js';
import type { Caller } from './caller.js';
import { canonicalJson, hashOf } from './canonical-json.js';
import { POOL } from './tokens.js';

export type KeyedRequest = {
  caller: Caller;
  /** Method and path, as they were asked. */
  route: string;
  /** The header `Idempotency-Key`, where there is one. */
  key: string | undefined;
  /** What the key stands for: equal requests have equal bodies. */
  body: unknown;
  /** In place of the body's own hash. */
  bodyHash?: Buffer | undefined;
};
export type WriteAnswer = KeptAnswer & { replayed: boolean };

/** Writes that a client may send twice under one key: the effect, the key and the answer commit together. */
@Injectable()
export class IdempotentWrites {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  /** Runs `write` in a transaction, or gives the first answer again. What `write` answers must be free of content. */
  async once(request: KeyedRequest, write: (tx: Tx) => Promise<KeptAnswer>): Promise<WriteAnswer> {
    const { tenantId } = request.caller;
    const key = request.key === undefined ? undefined : { tenantId, route: request.route, key: checked(request.key), bodyHash: request.bodyHash ?? keyedHash(canonicalJson(request.body)) ?? hashOf(request.body) };
    return withTx(this.pool, tenantId, async (tx) => {
      const kept = key && (await claimKey(tx, key));
      if (kept) return { ...kept, replayed: true };
      const answer = await write(tx);
      if (key) await keepAnswer(tx, key, answer);
      return { ...answer, replayed: false };
    });
  }
}

function checked(key: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new InvalidRequest([{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }]);
}
