import { Inject, Injectable } from '@nestjs/common';
import { HoldfastError, type RunRef, type RunView } from '#contracts';
import type { Config } from '#platform';
import { appendAudit, type Pool, readRun, readRunBytes, readRunRecord, withTx } from '#store';
import type { Caller } from '../core/caller.js';
import { CONFIG, POOL } from '../core/tokens.js';
import { RunQueue } from '../runtimes/run-queue.js';
import { etagOf, viewRun } from './run-view.js';

/** Adding up a run's rows costs more than all else that reading it does: it is done again once something happened in the run, or after this. */
const HELD_MS = 30_000;
const MOST_HELD = 1_000;

/** Reads runs, for many at once. */
@Injectable()
export class RunReading {
  private readonly sizes = new Map<string, { lastEvent: number; until: number; bytes: number }>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(RunQueue) private readonly queue: RunQueue,
  ) {}

  /** The run with its ETag; without the run where `known`, an If-None-Match, names that. @throws HoldfastError `not_found` */
  async read(caller: Caller, runId: string, known: string | undefined): Promise<{ etag: string; run: RunView | null }> {
    const ref = { tenantId: caller.tenantId, runId };
    const [record, row] = await withTx(this.pool, ref.tenantId, (tx) => Promise.all([readRunRecord(tx, ref), readRun(tx, ref)]), { oneFlight: true });
    if (!record || !row) throw new HoldfastError('not_found', 'There is no run with this id.');
    const queue = await this.queue.glance(ref, record.status);
    const etag = etagOf(record, queue);
    if (known?.split(',').some((tag) => tag.trim() === etag)) return { etag, run: null };
    if (row.sensitive) await withTx(this.pool, ref.tenantId, (tx) => appendAudit(tx, { ...ref, principalId: caller.principalId, action: 'run.read', subject: null }));
    return { etag, run: { ...viewRun(record, this.config), bytes: await this.bytesOf(ref, record.lastEvent), queue } };
  }

  private async bytesOf(ref: RunRef, lastEvent: number): Promise<number> {
    const key = `${ref.tenantId}/${ref.runId}`;
    const held = this.sizes.get(key);
    if (held && held.lastEvent === lastEvent && held.until > Date.now()) return held.bytes;
    const bytes = await withTx(this.pool, ref.tenantId, (tx) => readRunBytes(tx, ref), { oneFlight: true });
    this.sizes.delete(key);
    this.sizes.set(key, { lastEvent, until: Date.now() + HELD_MS, bytes });
    if (this.sizes.size > MOST_HELD) this.sizes.delete(this.sizes.keys().next().value!);
    return bytes;
  }
}
