import { Inject, Injectable } from '@nestjs/common';
import { HoldfastError } from '#contracts';
import type { Config } from '#platform';
import { looksLikeKey, type Pool } from '#store';
import type { Identity } from '../core/caller.js';
import { CONFIG, POOL } from '../core/tokens.js';
import { KnownKeys } from './known-keys.js';
import { People } from './people.js';

/** Who a key or a token stands for. */
@Injectable()
export class Authenticator {
  private readonly keys: KnownKeys;
  private readonly people: People | null;

  constructor(@Inject(CONFIG) config: Config, @Inject(POOL) pool: Pool) {
    this.keys = new KnownKeys(pool);
    this.people = config.auth.oidc ? new People(config.auth.oidc, pool) : null;
  }

  /** @throws HoldfastError `unauthenticated`, `identity_unavailable` */
  async identify(token: string): Promise<Identity> {
    if (looksLikeKey(token)) return this.keys.identify(token);
    if (!this.people) throw new HoldfastError('unauthenticated', 'This is no API key, and this installation takes no tokens.');
    return this.people.identify(token);
  }

  /** A key was changed: none is taken from memory any more. */
  forgetKeys(): void {
    this.keys.forget();
  }
}
