import { EVENTS_CHANNEL } from '#contracts';
import type { Pool } from './pool.js';

const INTERVAL_MS = 50;

/**
 * Announces a run's newest event on Postgres' NOTIFY, at most once a run in 50 ms and never inside a run's
 * transaction (NOTIFY serialises commits). An announcement that is lost is made good by the readers' poll.
 */
export function createNotifier(pool: Pool) {
  const pending = new Map<string, NodeJS.Timeout>();
  const last = new Map<string, number>();
  const newest = new Map<string, number>();

  function send(runId: string): void {
    pending.delete(runId);
    last.set(runId, Date.now());
    const seq = newest.get(runId) ?? 0;
    newest.delete(runId);
    if (last.size > 1_000) last.delete(last.keys().next().value as string);
    pool.query({ name: 'notify', text: 'select pg_notify($1, $2)', values: [EVENTS_CHANNEL, `${runId}:${seq}`] }).catch(() => undefined);
  }

  return {
    /** Say that events up to `seq` are committed (0: only streamed text). */
    announce(runId: string, seq: number): void {
      newest.set(runId, Math.max(seq, newest.get(runId) ?? 0));
      if (pending.has(runId)) return;
      const wait = (last.get(runId) ?? 0) + INTERVAL_MS - Date.now();
      if (wait <= 0) return send(runId);
      pending.set(runId, setTimeout(() => send(runId), wait).unref());
    },
    close(): void {
      for (const t of pending.values()) clearTimeout(t);
      pending.clear();
    },
  };
}
export type Notifier = ReturnType<typeof createNotifier>;
