import { Inject, Injectable } from '@nestjs/common';
import type { RunRef } from '#contracts';
import { type Pool, readRunBytes, withTx } from '#store';
import { POOL } from '../core/tokens.js';

/** Adding up a run's rows costs more than all else that reading it does. */
const HELD_MS = 30_000;
const MOST_HELD = 1_000;

/** What runs take on disk; counted again once something happened in the run, or after half a minute. */
@Injectable()
export class RunSize {
  private readonly held = new Map<string, { lastEvent: number; until: number; bytes: number }>();

  constructor(@Inject(POOL) private readonly pool: Pool) {}

  async of(ref: RunRef, lastEvent: number): Promise<number> {
    const key = `${ref.tenantId}/${ref.runId}`;
    const known = this.held.get(key);
    if (known && known.lastEvent === lastEvent && known.until > Date.now()) return known.bytes;
    const bytes = await withTx(this.pool, ref.tenantId, (tx) => readRunBytes(tx, ref));
    this.held.delete(key);
    this.held.set(key, { lastEvent, until: Date.now() + HELD_MS, bytes });
    if (this.held.size > MOST_HELD) this.held.delete(this.held.keys().next().value!);
    return bytes;
  }
}
