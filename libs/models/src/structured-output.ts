import type { z } from 'zod';

export type Structured<T> = { ok: true; value: T } | { ok: false; reason: string };

const MAX_REASON = 300;

/**
 * Reads a value from a model's text: the whole text as JSON, then fenced blocks, then the first balanced object or
 * array in it; the first that satisfies the schema is taken. `reason` is for the model to act on and may name parts
 * of its output, so it belongs into a message, never into a log.
 */
export function parseStructured<S extends z.ZodType>(schema: S, text: string): Structured<z.output<S>> {
  if (text.trim() === '') return { ok: false, reason: 'The answer is empty; answer with JSON.' };
  let reason = '';
  for (const candidate of candidates(text)) {
    const value = parseJson(candidate);
    if (value === undefined) continue;
    const checked = schema.safeParse(value.json);
    if (checked.success) return { ok: true, value: checked.data };
    reason ||= issues(checked.error);
  }
  return { ok: false, reason: reason || notJson(text) };
}

function* candidates(text: string): Generator<string> {
  yield text;
  for (const [, block = ''] of text.matchAll(/```[\w-]*\s*\n?([\s\S]*?)```/g)) yield block;
  for (const open of ['{', '['] as const) {
    const found = balanced(text, text.indexOf(open));
    if (found) yield found;
  }
}

/** From an opening bracket to the one that closes it, brackets in strings left out; null where it never closes. */
function balanced(text: string, start: number): string | null {
  if (start < 0) return null;
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (inString) {
      if (c === '\\') i++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth === 0) return text.slice(start, i + 1);
  }
  return null;
}

function parseJson(text: string): { json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function issues(error: z.ZodError): string {
  const told = error.issues.slice(0, 3).map(({ path, message }) => `${path.length ? path.join('.') : 'the answer'}: ${message.slice(0, 120)}`);
  return `The JSON does not fit the schema. ${told.join('; ')}`.slice(0, MAX_REASON);
}

function notJson(text: string): string {
  const start = text.search(/[{[]/);
  if (start < 0) return 'The answer is not JSON; answer with JSON only.';
  return balanced(text, start) ? 'The answer is not valid JSON; check quotes and commas.' : 'The JSON ends too early; give a shorter and complete one.';
}
