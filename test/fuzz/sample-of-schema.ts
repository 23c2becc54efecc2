import { v7 as uuidv7 } from 'uuid';
import type { Random } from './random.js';

export type Schema = { $ref?: string; type?: string | string[]; const?: unknown; enum?: unknown[]; anyOf?: Schema[]; oneOf?: Schema[]; allOf?: Schema[]; properties?: Record<string, Schema>; required?: string[]; items?: Schema; minItems?: number; minLength?: number; minimum?: number; maximum?: number; format?: string; additionalProperties?: Schema | boolean; pattern?: string };

const TEXTS = ['probe', 'fuzz', 'research', 'A text.', '/tmp', 'https://example.com/x', 'gold'];
const DEPTH = 6;

/** A value that mostly satisfies a JSON Schema: a start for what is then changed. */
export function sampleOf(schema: Schema, named: Record<string, Schema>, by: Random, depth = 0): unknown {
  if (schema.$ref) return sampleOf(named[schema.$ref.replace('#/components/schemas/', '')] ?? {}, named, by, depth);
  if ('const' in schema) return schema.const;
  if (schema.enum) return by.of(schema.enum);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return sampleOf(by.of(choices), named, by, depth + 1);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => sampleOf(part, named, by, depth)));
  const type = Array.isArray(schema.type) ? by.of(schema.type) : schema.type;
  if (type === 'object' || schema.properties) return objectOf(schema, named, by, depth);
  if (type === 'array') return Array.from({ length: depth > DEPTH ? 0 : Math.max(schema.minItems ?? 0, by.below(3)) }, () => sampleOf(schema.items ?? {}, named, by, depth + 1));
  if (type === 'integer' || type === 'number') return Math.min(schema.maximum ?? 9, Math.max(schema.minimum ?? 0, by.below(10)));
  if (type === 'boolean') return by.share() < 0.5;
  if (type === 'null') return null;
  return textOf(schema, by);
}

function objectOf(schema: Schema, named: Record<string, Schema>, by: Random, depth: number): Record<string, unknown> {
  const required = new Set(schema.required ?? []);
  const entries = Object.entries(schema.properties ?? {}).filter(([name]) => required.has(name) || (depth < DEPTH && by.share() < 0.4));
  return Object.fromEntries(entries.map(([name, part]) => [name, sampleOf(part, named, by, depth + 1)]));
}

function textOf({ format, minLength = 0 }: Schema, by: Random): string {
  if (format === 'uuid') return uuidv7();
  if (format === 'date-time') return by.of(['2024-01-01T00:00:00Z', '2999-01-01T00:00:00+02:00']);
  if (format === 'date') return '2024-01-01';
  if (format === 'uri') return 'https://example.com/x';
  return by.of(TEXTS).padEnd(minLength, 'x');
}
