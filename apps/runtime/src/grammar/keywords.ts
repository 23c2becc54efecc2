import { Fault } from '../fault.js';

export type Schema = Record<string, unknown>;

/** Keywords that say nothing about which values are valid. */
const ANNOTATIONS = ['$schema', '$id', '$comment', '$anchor', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly', 'id'];
const ANYWHERE = [...ANNOTATIONS, '$defs', 'definitions', 'type'];

/** Throws 400 with the name of a keyword outside `known`: leaving a constraint out in silence would look like a model's fault. */
export function onlyKeywords(schema: Schema, path: string, known: readonly string[]): void {
  for (const keyword of Object.keys(schema)) {
    if (!ANYWHERE.includes(keyword) && !known.includes(keyword)) throw unsupported(keyword, path);
  }
}

export function unsupported(keyword: string, path: string, why = ''): Fault {
  return new Fault(400, `format: the schema keyword "${keyword}" at ${path}${why ? ` ${why}` : ''} is not supported`);
}

export function invalid(keyword: string, path: string, wants: string): Fault {
  return new Fault(400, `format: "${keyword}" at ${path} must be ${wants}`);
}

/** A keyword's value that must be a whole number from 0 on; undefined where absent. */
export function count(schema: Schema, keyword: string, path: string): number | undefined {
  const value = schema[keyword];
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw invalid(keyword, path, 'a whole number from 0 on');
  return value as number;
}

/** A keyword's value that must be a whole number; undefined where absent. */
export function wholeNumber(schema: Schema, keyword: string, path: string): number | undefined {
  const value = schema[keyword];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(keyword, path, 'a number');
  if (!Number.isInteger(value)) throw unsupported(keyword, path, 'with a fraction');
  return value;
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
