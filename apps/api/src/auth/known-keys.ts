import { timingSafeEqual } from 'node:crypto';
import { HoldfastError } from '#contracts';
import { hashOfKey, type Pool, readKey, readPrincipalName, refOfKey, touchKey, withTx } from '#store';
import type { Identity } from '../core/caller.js';

/** Milliseconds for which a key that was looked up is known: as long as a revoked one may still work elsewhere. */
const KNOWN_MS = 5_000;
const MOST_KNOWN = 10_000;

type Known = { identity: Identity; until: number };

/** Who an API key stands for. Every lookup is one as the key's own tenant, whose rows are all that it can see. */
export class KnownKeys {
  private readonly known = new Map<string, Known>();

  constructor(private readonly pool: Pool) {}

  /** @throws HoldfastError `unauthenticated` */
  async identify(key: string): Promise<Identity> {
    const ref = refOfKey(key);
    if (!ref) throw refused();
    const hash = hashOfKey(key);
    const name = hash.toString('base64');
    const known = this.known.get(name);
    if (known && known.until > Date.now()) return known.identity;
    this.known.delete(name);
    const identity = await withTx(this.pool, ref.tenantId, async (tx): Promise<Identity> => {
      const found = await readKey(tx, ref);
      if (!found || !timingSafeEqual(found.hash, hash) || found.view.state === 'revoked') throw refused();
      if (found.view.state === 'expired') throw new HoldfastError('unauthenticated', `The key expired at ${found.view.expiresAt}.`);
      await touchKey(tx, ref);
      const { principalId, roles, expiresAt, requestsPerSecond } = found.view;
      return { tenantId: ref.tenantId, principalId, name: (await readPrincipalName(tx, ref.tenantId, principalId)) ?? found.view.name, roles, authenticatedBy: 'key', keyId: ref.keyId, expiresAt, requestsPerSecond };
    });
    this.keep(name, identity);
    return identity;
  }

  /** Has every key looked up anew. */
  forget(): void {
    this.known.clear();
  }

  private keep(name: string, identity: Identity): void {
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(name, { identity, until: Math.min(Date.now() + KNOWN_MS, Date.parse(identity.expiresAt!)) });
  }
}

const refused = (): HoldfastError => new HoldfastError('unauthenticated', 'There is no such key, or it was revoked.');
