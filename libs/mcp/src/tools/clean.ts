import { z } from 'zod';

/** Characters of what a server says of a tool, or of one of its arguments, that a model is shown. */
export const MAX_DESCRIPTION = 400;
const MAX_ARGUMENT_WORDS = 160;
const MAX_SCHEMA_BYTES = 16_384;
const MAX_DEPTH = 6;
const MAX_CHOICES = 100;

type Schema = Record<string, unknown>;

/** Controls, and what is written in characters that a person does not see: zero-width, right-to-left, tags. */
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|[\p{Cf}\p{Co}\p{Cn}\u{e0000}-\u{e0fff}]/gu;

/** Text of a server without what is not seen; line breaks stay. */
export const visible = (text: string): string => text.replace(/\r\n?/g, '\n').replace(UNSEEN, '');

/** The same on one line, at most `most` characters long. */
export function oneLine(text: string, most: number): string {
  const line = visible(text).replace(/\s+/g, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

export class SchemaRefused extends Error {
  override readonly name = 'SchemaRefused';
}

/**
 * A tool's input schema as a model may see it and a call is checked by it: shape and bounds only. What a server could
 * do harm with is left out (patterns, which would run in this process; references; titles, defaults and examples, which
 * are words), and what remains is bounded. The server checks the rest.
 * @throws SchemaRefused
 */
export function cleanSchema(schema: unknown, withoutArgument?: string): Schema {
  if ((JSON.stringify(schema) ?? '').length > MAX_SCHEMA_BYTES) throw new SchemaRefused(`its schema is larger than ${MAX_SCHEMA_BYTES} bytes`);
  if (!isObject(schema) || schema['type'] !== 'object') throw new SchemaRefused('its schema is not that of an object');
  const cleaned = clean(schema, 0);
  const { [withoutArgument ?? '']: _key, ...properties } = (cleaned['properties'] ?? {}) as Record<string, Schema>;
  const required = ((cleaned['required'] ?? []) as string[]).filter((name) => name !== withoutArgument && name in properties);
  const result: Schema = { ...cleaned, type: 'object', properties, required, additionalProperties: false };
  try {
    z.fromJSONSchema(result);
  } catch {
    throw new SchemaRefused('its schema cannot be read');
  }
  return result;
}

const BOUNDS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength', 'maxLength', 'minItems', 'maxItems'] as const;
const TYPES = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);

function clean(schema: unknown, depth: number): Schema {
  if (depth > MAX_DEPTH) throw new SchemaRefused(`its schema is more than ${MAX_DEPTH} levels deep`);
  if (!isObject(schema)) return {};
  const kept: Schema = {};
  const types = [schema['type']].flat().filter((type): type is string => typeof type === 'string' && TYPES.has(type));
  if (types.length > 0) kept['type'] = types.length === 1 ? types[0] : types;
  if (typeof schema['description'] === 'string') kept['description'] = oneLine(schema['description'], MAX_ARGUMENT_WORDS);
  for (const bound of BOUNDS) if (typeof schema[bound] === 'number') kept[bound] = schema[bound];
  const choices = 'const' in schema ? [schema['const']] : schema['enum'];
  if (Array.isArray(choices)) kept['enum'] = choicesOf(choices);
  const options = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(options)) kept['anyOf'] = options.slice(0, MAX_CHOICES).map((option) => clean(option, depth + 1));
  if (isObject(schema['properties'])) Object.assign(kept, propertiesOf(schema['properties'], schema['required'], depth));
  if (isObject(schema['items'])) kept['items'] = clean(schema['items'], depth + 1);
  if (schema['additionalProperties'] === false) kept['additionalProperties'] = false;
  return kept;
}

function propertiesOf(properties: Schema, required: unknown, depth: number): Schema {
  const names = Object.keys(properties);
  const strange = names.find((name) => !/^[A-Za-z_$][\w.$-]{0,63}$/.test(name) || name === '__proto__');
  if (strange !== undefined) throw new SchemaRefused('one of its arguments has a name that is none');
  return { properties: Object.fromEntries(names.map((name) => [name, clean(properties[name], depth + 1)])), required: Array.isArray(required) ? required.filter((name) => names.includes(name as string)) : [] };
}

function choicesOf(choices: unknown[]): unknown[] {
  if (choices.length > MAX_CHOICES) throw new SchemaRefused(`one of its arguments has more than ${MAX_CHOICES} choices`);
  return choices.map((choice) => {
    if (choice === null || typeof choice === 'number' || typeof choice === 'boolean') return choice;
    // A choice is sent back as it is, so one that would have to be changed is none.
    if (typeof choice === 'string' && choice.length <= MAX_ARGUMENT_WORDS && visible(choice) === choice) return choice;
    throw new SchemaRefused('one of its arguments has a choice that cannot be shown');
  });
}

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
