import { createHash } from 'node:crypto';
import { z } from 'zod';

/** A tool as its server defines it, as far as a model or a person could come to see it. Untrusted. */
export const definitionSchema = z.object({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.record(z.string(), z.unknown()),
  outputSchema: z.record(z.string(), z.unknown()).optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
});
export type Definition = z.output<typeof definitionSchema>;

/** Of a definition, whatever the order of its fields: what a person accepted is this and nothing else. */
export function digestOf(definition: Definition): string {
  const { name, title, description, inputSchema, outputSchema, annotations } = definition;
  return createHash('sha256').update(canonical({ name, title, description, inputSchema, outputSchema, annotations })).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, v]) => v !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`;
}
