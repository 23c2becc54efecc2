/** A copy of `value` in whose texts `{{name}}` stands replaced by what `words` has for it; an unknown name stays as it is. */
export function fillTemplate(value: unknown, words: Record<string, string>): unknown {
  if (typeof value === 'string') return value.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => words[name] ?? whole);
  if (Array.isArray(value)) return value.map((v) => fillTemplate(v, words));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fillTemplate(v, words)]));
  return value;
}
