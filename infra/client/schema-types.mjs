/**
 * The TypeScript type of a JSON Schema (2020-12, as OpenAPI 3.1 has it), as source text. Formats, patterns and bounds
 * are the server's affair: a type says only what shape a value has.
 */
export function typeOf(schema) {
  if (schema === undefined || schema === true) return 'unknown';
  if (schema.$ref) return schema.$ref.split('/').at(-1);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  if ('const' in schema) return JSON.stringify(schema.const);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return union(alternatives.map(typeOf));
  if (schema.allOf) return schema.allOf.map((part) => grouped(typeOf(part))).join(' & ');
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type })));
  return SIMPLE[schema.type]?.(schema) ?? 'unknown';
}

const SIMPLE = {
  string: (schema) => (schema.format === 'binary' ? 'Blob' : 'string'),
  number: () => 'number',
  integer: () => 'number',
  boolean: () => 'boolean',
  null: () => 'null',
  array: (schema) => (schema.prefixItems ? `[${schema.prefixItems.map(typeOf).join(', ')}]` : `${grouped(typeOf(schema.items))}[]`),
  object: objectType,
};

/** An index signature and not a Record: types that contain themselves may only be written so. */
function objectType({ properties = {}, required = [], additionalProperties }) {
  const fields = Object.entries(properties).map(([name, schema]) => `${fieldName(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`);
  if (fields.length === 0) return `{ [key: string]: ${additionalProperties === false ? 'never' : typeOf(additionalProperties)} }`;
  const open = additionalProperties === undefined || additionalProperties === false ? [] : ['[key: string]: unknown'];
  return `{ ${[...fields, ...open].join('; ')} }`;
}

/** Of several, `unknown` says all. */
function union(types) {
  const several = [...new Set(types)];
  if (several.includes('unknown')) return 'unknown';
  return several.map((type) => (several.length > 1 ? grouped(type, ' & ') : type)).join(' | ');
}

const grouped = (type, by = / [|&] /) => (type.search(by) >= 0 && !/^\{.*\}$|^\[.*\]$/.test(type) ? `(${type})` : type);
export const fieldName = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
