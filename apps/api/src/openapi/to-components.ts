import { z } from 'zod';
import { componentNames } from './component-names.js';

type JsonSchema = Record<string, unknown>;
export type Converted = { schema: JsonSchema; components: Record<string, JsonSchema> };

/** A zod schema as JSON Schema 2020-12 (what OpenAPI 3.1 takes), its named parts as components. */
export function toComponents(schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }): Converted {
  const json = z.toJSONSchema(schema as z.ZodType, {
    io: schemaType,
    metadata: componentNames,
    unrepresentable: 'any',
    // What an answer may gain later is not forbidden now; strict bodies stay strict.
    override: ({ zodSchema, jsonSchema }) => {
      const def = zodSchema._zod.def as { type: string; catchall?: unknown };
      if (def.type === 'object' && !def.catchall) delete jsonSchema.additionalProperties;
      delete (jsonSchema as JsonSchema)['id'];
    },
  }) as JsonSchema;
  const { $schema: _, $defs = {}, ...root } = json;
  const components = renamed($defs) as Record<string, JsonSchema>;
  return { schema: renamed(root) as JsonSchema, components };
}

/** zod keeps named parts (the whole schema too, where it has a name) under `$defs`; OpenAPI wants them elsewhere. */
function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([k]) => k !== '$id').map(([k, v]) => [k, k === '$ref' ? String(v).replace(/^#\/\$defs\//, '#/components/schemas/') : renamed(v)]));
}
