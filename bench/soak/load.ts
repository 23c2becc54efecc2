import { setTimeout as sleep } from 'node:timers/promises';
import { isLive } from '#contracts';

/** What the load is, by kind, and what of it went wrong. */
export type Tally = { counts: Record<string, number>; errors: string[] };

/** A run that takes longer, with reading it live, has not ended. */
const RUN_MS = 120_000;

/** Mixed load over the REST API until it is told to stop: short runs, runs that are read live and cancelled, batches, worlds, lists. */
export class Load {
  readonly tally: Tally = { counts: {}, errors: [] };
  private readonly stopped = new AbortController();
  private readonly lanes: Promise<void>[];

  constructor(private readonly api: string) {
    this.lanes = [
      ...Array.from({ length: 4 }, () => this.repeat('run', 300, () => this.shortRun())),
      this.repeat('run read live', 1_000, () => this.liveRun()),
      this.repeat('run cancelled', 3_000, () => this.cancelledRun()),
      this.repeat('batch', 15_000, () => this.batch()),
      this.repeat('world', 1_000, () => this.world()),
      this.repeat('list', 500, () => this.lists()),
    ];
  }

  /** Lets what is under way end. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await Promise.all(this.lanes);
  }

  private async repeat(kind: string, pauseMs: number, once: () => Promise<void>): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        await once();
        this.tally.counts[kind] = (this.tally.counts[kind] ?? 0) + 1;
      } catch (error) {
        const { message, cause } = error as Error;
        const code = (cause as { code?: string } | undefined)?.code;
        this.tally.errors.push(`${kind}: ${message}${code ? ` (${code})` : ''}`);
      }
      await sleep(pauseMs, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    }
  }

  private async ask<T = Record<string, unknown>>(path: string, body?: object, headers: Record<string, string> = {}): Promise<T> {
    const res = await fetch(`${this.api}/v1${path}`, body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
    const text = await res.text();
    if (!res.ok) throw new Error(`${path.split('/')[1]} answered ${res.status}`);
    return (text ? JSON.parse(text) : null) as T;
  }

  private async begin(model: 'scripted' | 'slow' = 'scripted'): Promise<string> {
    return (await this.ask<{ id: string }>('/runs', { agent: 'probe', model, input: { steps: 3, bytes: 400 } })).id;
  }

  private async end(id: string, expected: string): Promise<void> {
    for (const deadline = Date.now() + RUN_MS; Date.now() < deadline; await sleep(200)) {
      const { status } = await this.ask<{ status: Parameters<typeof isLive>[0] }>(`/runs/${id}`);
      if (isLive(status)) continue;
      if (status === expected) return;
      throw new Error(`a run ended ${status}`);
    }
    throw new Error('a run did not end');
  }

  private async shortRun(): Promise<void> {
    await this.end(await this.begin(), 'completed');
  }

  private async liveRun(): Promise<void> {
    const id = await this.begin();
    const res = await fetch(`${this.api}/v1/runs/${id}/events`, { headers: { accept: 'text/event-stream' }, signal: AbortSignal.timeout(RUN_MS) });
    if (!(await res.text()).includes('run.finished')) throw new Error('a stream ended before its run');
  }

  private async cancelledRun(): Promise<void> {
    const id = await this.begin('slow');
    await sleep(500);
    await this.ask(`/runs/${id}/cancel`, {});
    await this.end(id, 'cancelled');
  }

  private async batch(): Promise<void> {
    const items = Array.from({ length: 30 }, (_, i) => ({ key: `item-${i}`, input: { steps: 1, bytes: 200 } }));
    const { id } = await this.ask<{ id: string }>('/batches', { run: { agent: 'probe', model: 'scripted' }, items, maxConcurrency: 8 });
    for (const deadline = Date.now() + RUN_MS; Date.now() < deadline; await sleep(500)) {
      const { status } = await this.ask<{ status: string }>(`/batches/${id}`);
      if (status === 'completed') return;
      if (!['queued', 'running'].includes(status)) throw new Error(`a batch ended ${status}`);
    }
    throw new Error('a batch did not end');
  }

  private worldId: string | null = null;
  private async world(): Promise<void> {
    const place = (id: string): object => ({ kind: 'created', entity: { id, type: 'location', name: id } });
    this.worldId ??= (await this.ask<{ id: string }>('/worlds', { name: 'soak', changes: [place('inn'), { kind: 'created', entity: { id: 'hero', type: 'character', name: 'hero', in: 'inn', attrs: { alive: true, gold: 0 } } }] })).id;
    await this.ask(`/worlds/${this.worldId}/events`, { changes: [{ kind: 'amount', id: 'hero', attr: 'gold', by: 1, cause: 'work' }] }, { 'if-match': '*' });
    await this.ask(`/worlds/${this.worldId}/commands/inventory`);
  }

  private async lists(): Promise<void> {
    await this.ask('/runs?limit=50');
    await this.ask('/agents');
  }
}
