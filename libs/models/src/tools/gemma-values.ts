/**
 * Values as Gemma 4 writes them in tool calls: strings between `<|"|>` without escapes, bare or quoted keys, and
 * FunctionGemma's `<escape>` for the same. Source: the models' chat_template.jinja; ai.google.dev/gemma/docs/core/prompt-formatting-gemma4.
 */
const QUOTES = ['<|"|>', '<escape>', '"'] as const;

/** Reads `{key:value,…}` from `start`. Null where it never closes or is not of this form. */
export function readGemmaObject(text: string, start: number): { value: Record<string, unknown>; end: number } | null {
  const reader = { text, at: start };
  try {
    const value = object(reader);
    return { value, end: reader.at };
  } catch {
    return null;
  }
}

type Reader = { text: string; at: number };
const fail = (): never => {
  throw new SyntaxError('not a value');
};
const skip = (r: Reader): void => {
  while (/\s/.test(r.text[r.at] ?? '')) r.at++;
};
const take = (r: Reader, token: string): boolean => {
  skip(r);
  if (!r.text.startsWith(token, r.at)) return false;
  r.at += token.length;
  return true;
};

function object(r: Reader): Record<string, unknown> {
  if (!take(r, '{')) fail();
  const entries: [string, unknown][] = [];
  while (!take(r, '}')) {
    if (entries.length > 0 && !take(r, ',')) fail();
    const key = quoted(r) ?? bareKey(r);
    if (!take(r, ':')) fail();
    entries.push([key, value(r)]);
  }
  return Object.fromEntries(entries);
}

function array(r: Reader): unknown[] {
  const items: unknown[] = [];
  while (!take(r, ']')) {
    if (items.length > 0 && !take(r, ',')) fail();
    items.push(value(r));
  }
  return items;
}

function value(r: Reader): unknown {
  skip(r);
  if (r.text[r.at] === '{') return object(r);
  if (take(r, '[')) return array(r);
  const text = quoted(r);
  if (text !== null) return text;
  const bare = /[^,}\]]+/y;
  bare.lastIndex = r.at;
  const found = bare.exec(r.text)?.[0] ?? fail();
  r.at += found.length;
  return scalar(found.trim());
}

function quoted(r: Reader): string | null {
  skip(r);
  const quote = QUOTES.find((q) => r.text.startsWith(q, r.at));
  if (!quote) return null;
  if (quote === '"') return jsonString(r);
  const from = r.at + quote.length;
  const to = r.text.indexOf(quote, from);
  if (to < 0) fail();
  r.at = to + quote.length;
  return r.text.slice(from, to);
}

function jsonString(r: Reader): string {
  const string = /"(?:[^"\\]|\\[\s\S])*"/y;
  string.lastIndex = r.at;
  const found = string.exec(r.text)?.[0] ?? fail();
  r.at += found.length;
  return JSON.parse(found) as string;
}

function bareKey(r: Reader): string {
  const name = /[\w.-]+/y;
  name.lastIndex = r.at;
  const found = name.exec(r.text)?.[0] ?? fail();
  r.at += found.length;
  return found;
}

function scalar(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null' || text === 'None') return null;
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : text;
}
