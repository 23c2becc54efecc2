const LIMIT = 999_999_999_999_999;

/** GBNF alternatives for the whole numbers from `low` to `high`, both included, written without leading zeros. */
export function integerRange(low = -LIMIT, high = LIMIT): string {
  const from = Math.max(low, -LIMIT);
  const to = Math.min(high, LIMIT);
  const parts: string[] = [];
  if (from < 0) parts.push(...naturals(Math.max(1, -to), -from).map((part) => `"-" ${part}`));
  if (to >= 0) parts.push(...naturals(Math.max(0, from), to));
  return parts.join(' | ');
}

/** Sequences that together stand for the natural numbers from `low` to `high`. */
function naturals(low: number, high: number): string[] {
  if (low > high) return [];
  const parts: string[] = [];
  for (let digits = String(low).length; digits <= String(high).length; digits += 1) {
    const smallest = digits === 1 ? 0 : 10 ** (digits - 1);
    const largest = 10 ** digits - 1;
    parts.push(...sameLength(String(Math.max(low, smallest)), String(Math.min(high, largest))));
  }
  return parts;
}

/** The same for two numbers with equally many digits: split where they part. */
function sameLength(low: string, high: string): string[] {
  if (low === high) return [`"${low}"`];
  const rest = low.length - 1;
  if (/^0*$/.test(low.slice(1)) && /^9*$/.test(high.slice(1))) return [`${span(low[0]!, high[0]!)}${anyDigits(rest)}`];
  if (low[0] === high[0]) return sameLength(low.slice(1), high.slice(1)).map((part) => `"${low[0]}" ${part}`);

  const parts = sameLength(low.slice(1), '9'.repeat(rest)).map((part) => `"${low[0]}" ${part}`);
  const middle = [Number(low[0]) + 1, Number(high[0]) - 1] as const;
  if (middle[0] <= middle[1]) parts.push(`${span(String(middle[0]), String(middle[1]))}${anyDigits(rest)}`);
  return [...parts, ...sameLength('0'.repeat(rest), high.slice(1)).map((part) => `"${high[0]}" ${part}`)];
}

function span(low: string, high: string): string {
  return low === high ? `"${low}"` : `[${low}-${high}]`;
}

function anyDigits(count: number): string {
  return count === 0 ? '' : ` [0-9]{${count}}`;
}
