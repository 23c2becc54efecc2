import type { ToolSpec } from '#contracts';

export type DeclaredTool = { type: 'function'; function: ToolSpec };

/** Repetitions that a grammar counts: llama.cpp and the embedded runtime refuse a schema with more. */
const COUNTABLE = 2_000;
const COUNTS = ['minLength', 'maxLength', 'minItems', 'maxItems'];
/** Keywords whose value is a map of schemas by name, and those whose value is a schema or a list of them. */
const NAMED = ['properties', '$defs', 'definitions'];
const NESTED = ['items', 'prefixItems', 'additionalProperties', 'anyOf', 'oneOf', 'allOf'];

type Schema = Record<string, unknown>;

/**
 * A tool as servers are told of it: all that it takes, without the bounds that their grammars cannot hold a model to,
 * which would make them refuse the whole request. Arguments are checked against the tool's own schema when a call comes.
 */
export function declaredTool({ name, description, parameters }: ToolSpec): DeclaredTool {
  return { type: 'function', function: { name, description, parameters: held(parameters) as Schema } };
}

function held(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(held);
  if (!isSchema(schema)) return schema;
  const kept = Object.entries(schema).filter(([keyword, value]) => keyword !== 'pattern' && !(COUNTS.includes(keyword) && (value as number) > COUNTABLE));
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, NAMED.includes(keyword) && isSchema(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, held(inner)])) : NESTED.includes(keyword) ? held(value) : value]));
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
