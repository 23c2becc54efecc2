import { integerRange } from './integer-range.js';
import { count, invalid, onlyKeywords, type Schema, unsupported, wholeNumber } from './keywords.js';
import { wordTree } from './word-tree.js';

/** llama.cpp refuses more repetitions of one item (MAX_REPETITION_THRESHOLD in llama-grammar.cpp). */
export const MOST_REPETITIONS = 2000;

const DAY = '("0" [1-9] | "1" [0-9] | "2" [0-8])';
const DATE = `[0-9]{4} "-" (("0" [13578] | "10" | "12") "-" (${DAY} | "29" | "3" [01]) | ("0" [469] | "11") "-" (${DAY} | "29" | "30") | "02-" ${DAY})`;
const TIME = '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9]';
/** Narrower than the formats allow (UTC only, UUID of version 4), so that what validators write as `pattern` beside them holds too. */
const FORMATS: Record<string, string> = {
  date: DATE,
  time: TIME,
  'date-time': `${DATE} "T" ${TIME} "Z"`,
  uuid: '[0-9a-f]{8} "-" [0-9a-f]{4} "-4" [0-9a-f]{3} "-" [89ab] [0-9a-f]{3} "-" [0-9a-f]{12}',
};

/** GBNF of the value list of `enum` or `const`. */
export function choice(values: unknown, path: string): string {
  if (!Array.isArray(values) || values.length === 0) throw invalid('enum', path, 'a list with at least one value');
  return wordTree([...new Set(values.map((value) => JSON.stringify(value)))]);
}

export function stringRule(schema: Schema, path: string): string {
  onlyKeywords(schema, path, ['minLength', 'maxLength', 'format', ...(schema['format'] === undefined ? [] : ['pattern'])]);
  const least = count(schema, 'minLength', path) ?? 0;
  const most = count(schema, 'maxLength', path);
  if (schema['format'] !== undefined) return formatted(schema, path, least, most);
  if (most !== undefined && most < least) throw invalid('maxLength', path, 'at least minLength');
  if (Math.max(least, most ?? 0) > MOST_REPETITIONS) throw unsupported(most === undefined ? 'minLength' : 'maxLength', path, `above ${MOST_REPETITIONS}`);
  return `"\\"" ${repeated('char', least, most)} "\\""`;
}

function formatted(schema: Schema, path: string, least: number, most: number | undefined): string {
  const body = FORMATS[String(schema['format'])];
  if (!body) throw unsupported(`format: ${String(schema['format'])}`, path);
  if (least > 0 || most !== undefined) throw unsupported('maxLength', path, 'beside format');
  return `"\\"" ${body} "\\""`;
}

export function integerRule(schema: Schema, path: string): string {
  const [low, high] = bounds(schema, path, 1);
  return integerRange(low, high);
}

/** Bounds of a number with decimals are whole numbers, both included. */
export function numberRule(schema: Schema, path: string): string {
  if (schema['exclusiveMinimum'] !== undefined) throw unsupported('exclusiveMinimum', path, 'for numbers with decimals');
  if (schema['exclusiveMaximum'] !== undefined) throw unsupported('exclusiveMaximum', path, 'for numbers with decimals');
  const [low, high] = bounds(schema, path, 0);
  if (low === undefined && high === undefined) return 'number';
  const positive = decimals(Math.max(0, low ?? 0), high ?? Infinity, '');
  const negative = low !== undefined && low >= 0 ? [] : decimals(Math.max(0, -(high ?? 0)), -(low ?? -Infinity), '"-" ');
  return [...positive, ...negative].join(' | ');
}

/** Decimals from `low` to `high`, neither negative: whole parts below `high` with any fraction, and `high` itself. */
function decimals(low: number, high: number, sign: string): string[] {
  if (low > high) return [];
  const top = Number.isFinite(high) ? [`${sign}(${integerRange(high, high)}) ("." "0"{1,2})?`] : [];
  const below = high === low ? [] : [`${sign}(${integerRange(low, Number.isFinite(high) ? high - 1 : undefined)}) fraction?`];
  return [...below, ...top];
}

function bounds(schema: Schema, path: string, exclusiveStep: number): [number | undefined, number | undefined] {
  onlyKeywords(schema, path, ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']);
  const above = wholeNumber(schema, 'exclusiveMinimum', path);
  const below = wholeNumber(schema, 'exclusiveMaximum', path);
  const lows = [wholeNumber(schema, 'minimum', path), above === undefined ? undefined : above + exclusiveStep].filter((n) => n !== undefined);
  const highs = [wholeNumber(schema, 'maximum', path), below === undefined ? undefined : below - exclusiveStep].filter((n) => n !== undefined);
  const low = lows.length > 0 ? Math.max(...lows) : undefined;
  const high = highs.length > 0 ? Math.min(...highs) : undefined;
  if (low !== undefined && high !== undefined && low > high) throw invalid('maximum', path, 'at least minimum');
  return [low, high];
}

/** `item` repeated `least` to `most` times, without a separator. */
export function repeated(item: string, least: number, most: number | undefined): string {
  if (most === undefined) return least === 0 ? `${item}*` : `${item}{${least},}`;
  return most === 0 ? '' : `${item}{${least},${most}}`;
}
