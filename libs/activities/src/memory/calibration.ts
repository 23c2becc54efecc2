import { measuredRatio } from '#loop';
import { addTokenRatio, type Pool, type RatioKey, readTokenRatio, withTx } from '#store';

/** Milliseconds after which what other workers measured is read again. */
const FRESH_MS = 60_000;
/** A measurement this close to what is known is not worth a write. */
const NOISE = 0.05;

type Known = { ratio: number; readAt: number; measured: boolean };
const known = new WeakMap<Pool, Map<string, Known>>();

/**
 * Tokens as the runtime counts them for each one of our estimate; 1 until a call was measured. A database that does
 * not answer costs the call nothing but precision.
 */
export async function tokenRatio(pool: Pool, key: RatioKey): Promise<number> {
  const held = of(pool).get(nameOf(key));
  if (held && Date.now() - held.readAt < FRESH_MS) return held.ratio;
  const ratio = await withTx(pool, key.tenantId, (tx) => readTokenRatio(tx, key)).catch(() => held?.ratio ?? null);
  of(pool).set(nameOf(key), { ratio: ratio ?? 1, readAt: Date.now(), measured: ratio !== null });
  return ratio ?? 1;
}

/** Learns from a call: `estimated` tokens were sent, the runtime counted `counted`. The next call goes by it. */
export async function learnRatio(pool: Pool, key: RatioKey, estimated: number, counted: number): Promise<void> {
  const ratio = measuredRatio(estimated, counted);
  const held = of(pool).get(nameOf(key));
  if (ratio === null || (held?.measured && Math.abs(ratio / held.ratio - 1) < NOISE)) return;
  const next = await withTx(pool, key.tenantId, (tx) => addTokenRatio(tx, key, ratio), { durable: false }).catch(() => null);
  if (next !== null) of(pool).set(nameOf(key), { ratio: next, readAt: Date.now(), measured: true });
}

function of(pool: Pool): Map<string, Known> {
  if (!known.has(pool)) known.set(pool, new Map());
  return known.get(pool)!;
}

const nameOf = (key: RatioKey): string => `${key.tenantId}/${key.runtimeId}/${key.model}`;
