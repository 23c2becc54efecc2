/** A field of a form, made from a property of a JSON Schema. */
export type Field = { name: string; label: string; description?: string; required: boolean; fallback: unknown } & (
  | { kind: 'line' | 'text' | 'list' | 'json' | 'yes' }
  | { kind: 'choice'; options: string[] }
  | { kind: 'number'; min?: number; max?: number; whole: boolean }
);
type Schema = Record<string, unknown>;

/** Texts that may be longer than this get more than a line. */
const LINE = 300;

/** The fields of an object's schema, those that must be given first. */
export function fieldsOf(schema: Schema): Field[] {
  const required = new Set((schema['required'] as string[] | undefined) ?? []);
  const fields = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).map(([name, property]) => fieldOf(name, property, required.has(name)));
  return fields.sort((a, b) => Number(b.required) - Number(a.required));
}

function fieldOf(name: string, schema: Schema, needed: boolean): Field {
  const fallback = schema['default'];
  // A default makes a property's presence certain, not the person's task.
  const about = { name, label: labelOf(name), description: schema['description'] as string | undefined, required: needed && fallback === undefined, fallback };
  const options = schema['enum'];
  if (Array.isArray(options)) return { ...about, kind: 'choice', options: options.map(String) };
  switch (schema['type']) {
    case 'string':
      return { ...about, kind: Number(schema['maxLength'] ?? 0) > LINE || (schema['maxLength'] === undefined && !schema['format'] && !schema['pattern']) ? 'text' : 'line' };
    case 'integer':
    case 'number':
      return { ...about, kind: 'number', whole: schema['type'] === 'integer', min: bound(schema['minimum']), max: bound(schema['maximum']) };
    case 'boolean':
      return { ...about, kind: 'yes' };
    case 'array':
      return { ...about, kind: (schema['items'] as Schema | undefined)?.['type'] === 'string' ? 'list' : 'json' };
    default:
      return { ...about, kind: 'json' };
  }
}

/** zod writes the safe integers' range where none was given. */
const bound = (value: unknown): number | undefined => (typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined);

/** `maxSteps` as `Max steps`. */
export const labelOf = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/^./, (first) => first.toUpperCase()).replace(/ [A-Z]/g, (part) => part.toLowerCase());

/** What was filled in, without what was left as it is: the API has the defaults. @throws SyntaxError of a field that holds no JSON */
export function valuesOf(fields: Field[], filled: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = filled[field.name];
      if (value === undefined || value === '' || value === null || (Array.isArray(value) && value.length === 0)) return [];
      return [[field.name, field.kind === 'json' ? (JSON.parse(String(value)) as unknown) : value]];
    }),
  );
}
