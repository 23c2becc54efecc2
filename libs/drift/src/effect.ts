import type { Share } from '#contracts';

const Z = 1.96;

/** A share with Wilson's 95 % interval (E. B. Wilson, 1927). */
export function share(hits: number, of: number): Share {
  if (of === 0) return { hits, of, low: 0, high: 1 };
  const p = hits / of;
  const scale = 1 + (Z * Z) / of;
  const centre = p + (Z * Z) / (2 * of);
  const spread = Z * Math.sqrt((p * (1 - p)) / of + (Z * Z) / (4 * of * of));
  return { hits, of, low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}

export type Effect = { recovery: number | null; disruption: number | null; worthAbove: number | null; effect: 'unknown' | 'helps' | 'hurts' };

/**
 * What acting did, beside doing nothing. Two rates tell recovery and disruption apart only in their difference, so
 * these are lower bounds: all gain counts as recovery, all loss as disruption. The interval of the difference is
 * Newcombe's (Statistics in Medicine 17, 1998, method 10).
 */
export function effectOf(treated: Share, heldOut: Share): Effect {
  if (treated.of === 0 || heldOut.of === 0) return { recovery: null, disruption: null, worthAbove: null, effect: 'unknown' };
  const t = treated.hits / treated.of;
  const h = heldOut.hits / heldOut.of;
  const recovery = h < 1 ? Math.max(0, t - h) / (1 - h) : 0;
  const disruption = h > 0 ? Math.max(0, h - t) / h : 0;
  const low = t - h - Math.hypot(t - treated.low, heldOut.high - h);
  const high = t - h + Math.hypot(treated.high - t, h - heldOut.low);
  return { recovery, disruption, worthAbove: recovery + disruption > 0 ? disruption / (recovery + disruption) : null, effect: high < 0 ? 'hurts' : low > 0 ? 'helps' : 'unknown' };
}
