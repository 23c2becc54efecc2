import type { ChatResult, ModelRef } from '#contracts';
import type { MeasuredSpeed } from '#models';
import { noteSpeed, type Pool, readSpeed, withTx } from '#store';

export interface SpeedBook {
  /** Null where nothing was measured yet. */
  read(tenantId: string, ref: ModelRef): Promise<MeasuredSpeed | null>;
  /** Takes up what a call took; never fails. */
  note(tenantId: string, ref: ModelRef, result: ChatResult): void;
}

/** Short calls say little about speed. */
const FEWEST_TOKENS = 8;
const WRITE_EVERY_MS = 30_000;

/** Measured speeds by model: in memory, and in Postgres where a pool is given, so that a new process knows them. */
export function createSpeedBook(pool?: Pool): SpeedBook {
  const known = new Map<string, MeasuredSpeed | null>();
  const written = new Map<string, number>();
  const keyOf = (tenantId: string, { runtimeId, model }: ModelRef): string => `${tenantId}/${runtimeId}/${model}`;
  return {
    async read(tenantId, ref) {
      const key = keyOf(tenantId, ref);
      if (!known.has(key)) known.set(key, pool ? await withTx(pool, tenantId, (tx) => readSpeed(tx, { tenantId, ...ref })).catch(() => null) : null);
      return known.get(key) ?? null;
    },
    note(tenantId, ref, result) {
      const seen = measured(result);
      if (!seen) return;
      const key = keyOf(tenantId, ref);
      known.set(key, blend(known.get(key) ?? null, seen));
      if (!pool || Date.now() - (written.get(key) ?? 0) < WRITE_EVERY_MS) return;
      written.set(key, Date.now());
      void withTx(pool, tenantId, (tx) => noteSpeed(tx, { tenantId, ...ref }, seen), { durable: false }).catch(() => undefined);
    },
  };
}

function measured({ timing, promptTokens, outputTokens }: ChatResult): MeasuredSpeed | null {
  const read = promptTokens - (timing?.cachedTokens ?? 0);
  if (!timing || timing.promptMs < 1 || timing.outputMs < 1 || read < FEWEST_TOKENS || outputTokens < FEWEST_TOKENS) return null;
  return { promptPerSecond: (read * 1_000) / timing.promptMs, outputPerSecond: (outputTokens * 1_000) / timing.outputMs, loadMs: timing.loadMs };
}

/** The slower of what was known and what was seen weighs more: limits are made of it. */
function blend(before: MeasuredSpeed | null, seen: MeasuredSpeed): MeasuredSpeed {
  if (!before) return seen;
  const mix = (old: number, now: number): number => old + (now < old ? 0.5 : 0.1) * (now - old);
  return { promptPerSecond: mix(before.promptPerSecond, seen.promptPerSecond), outputPerSecond: mix(before.outputPerSecond, seen.outputPerSecond), loadMs: Math.max(before.loadMs * 0.98, seen.loadMs) };
}
