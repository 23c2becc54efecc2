/** What an arm changed, run by run: the same task and seed with and without it. */
export type Pair = { before: boolean; after: boolean };

/** Two-sided exact McNemar test over the pairs that differ (McNemar 1947; the binomial form). 1 where none does. */
export function mcnemar(pairs: readonly Pair[]): number {
  const gained = pairs.filter(({ before, after }) => !before && after).length;
  const lost = pairs.filter(({ before, after }) => before && !after).length;
  const n = gained + lost;
  let tail = 0;
  for (let k = 0; k <= Math.min(gained, lost); k++) tail += choose(n, k) / 2 ** n;
  return Math.min(1, 2 * tail);
}

/** Recovery r among runs that were lost without the arm, disruption d among those that were not, and d/(r+d); null where there is nothing to divide by. */
export function rates(pairs: readonly Pair[]): { r: number | null; d: number | null; worthAbove: number | null } {
  const share = (some: readonly Pair[], is: (pair: Pair) => boolean): number | null => (some.length === 0 ? null : some.filter(is).length / some.length);
  const r = share(pairs.filter(({ before }) => !before), ({ after }) => after);
  const d = share(pairs.filter(({ before }) => before), ({ after }) => !after);
  return { r, d, worthAbove: r === null || d === null || r + d === 0 ? null : d / (r + d) };
}

function choose(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return value;
}
