/** One text for all values that mean the same: keys sorted, white space in strings folded, `undefined` left out. */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.replace(/\s+/g, ' ').trim());
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`).join(',')}}`;
}

/**
 * A tool's result without what changes from call to call though nothing has happened: times, dates, durations,
 * addresses in memory and process ids; white space folded.
 */
export function normaliseResult(text: string): string {
  return text
    .replace(/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, '<time>')
    .replace(/\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?\b/g, '<time>')
    .replace(/\b0x[0-9a-f]{6,}\b/gi, '<address>')
    .replace(/\b\d+(?:\.\d+)?\s?(?:ms|µs|us|ns|s|sec|secs|seconds|minutes)\b/gi, '<duration>')
    .replace(/\b(pid|process)([ =:]+)\d+\b/gi, '$1$2<pid>')
    .replace(/\s+/g, ' ')
    .trim();
}
