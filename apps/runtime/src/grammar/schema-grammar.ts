import { count, invalid, isSchema, onlyKeywords, type Schema, unsupported } from './keywords.js';
import { jsonLiteral, Rules } from './rules.js';
import { choice, integerRule, MOST_REPETITIONS, numberRule, repeated, stringRule } from './scalars.js';

/** Grammar of any JSON object, for `format: "json"`. */
export const JSON_GRAMMAR = new Rules().write('object');

/**
 * GBNF for the JSON values that `schema` describes, as compact JSON with at most one space after colon and comma
 * (free white space lets a small model fill its whole budget with it). Properties come in the schema's order.
 * Throws Fault 400 naming a keyword that can't be expressed.
 */
export function schemaGrammar(schema: unknown): string {
  if (!isSchema(schema)) throw invalid('format', '$', 'a JSON schema object');
  const writer = new SchemaWriter(schema);
  return writer.rules.write(writer.rule(schema, '$'));
}

class SchemaWriter {
  readonly rules = new Rules();
  readonly #root: Schema;
  readonly #references = new Map<string, string>();

  constructor(root: Schema) {
    this.#root = root;
  }

  /** Name of a rule for the values of `schema`. */
  rule(schema: unknown, path: string): string {
    if (schema === true) return 'value';
    if (!isSchema(schema)) throw invalid('schema', path, 'an object');
    if (schema['$ref'] !== undefined) return this.#reference(schema, path);
    return this.rules.add(this.#body(schema, path));
  }

  #body(schema: Schema, path: string): string {
    if (schema['const'] !== undefined) {
      onlyKeywords(schema, path, ['const']);
      return jsonLiteral(schema['const']);
    }
    if (schema['enum'] !== undefined) {
      onlyKeywords(schema, path, ['enum']);
      return choice(schema['enum'], `${path}.enum`);
    }
    for (const keyword of ['oneOf', 'anyOf'] as const) {
      if (schema[keyword] !== undefined) return this.#alternatives(schema, keyword, path);
    }
    return this.#typed(schema, path);
  }

  #alternatives(schema: Schema, keyword: 'oneOf' | 'anyOf', path: string): string {
    onlyKeywords(schema, path, [keyword]);
    const options = schema[keyword];
    if (!Array.isArray(options) || options.length === 0) throw invalid(keyword, path, 'a list with at least one schema');
    return options.map((option, index) => this.rule(option, `${path}.${keyword}[${index}]`)).join(' | ');
  }

  #typed(schema: Schema, path: string): string {
    const type = schema['type'] ?? impliedType(schema);
    if (Array.isArray(type)) return type.map((one) => this.rule({ ...restrictedTo(schema, String(one)), type: one }, path)).join(' | ');
    switch (type) {
      case 'object':
        return this.#object(schema, path);
      case 'array':
        return this.#array(schema, path);
      case 'string':
        return stringRule(schema, path);
      case 'integer':
        return integerRule(schema, path);
      case 'number':
        return numberRule(schema, path);
      case 'boolean':
      case 'null':
        onlyKeywords(schema, path, []);
        return String(type);
      case undefined:
        onlyKeywords(schema, path, []);
        return 'value';
      default:
        throw invalid('type', path, 'a JSON type');
    }
  }

  #object(schema: Schema, path: string): string {
    onlyKeywords(schema, path, ['properties', 'required', 'additionalProperties', 'propertyNames']);
    const properties = Object.entries((schema['properties'] ?? {}) as Schema);
    const more = schema['additionalProperties'];
    if (properties.length === 0) return more === false ? '"{}"' : this.#map(schema, path);
    if (isSchema(more)) throw unsupported('additionalProperties', path, 'as a schema beside properties');
    const required = new Set((schema['required'] ?? []) as string[]);
    const members = properties.map(([name, value]) => ({
      text: `${jsonLiteral(name)} colon ${this.rule(value, `${path}.${name}`)}`,
      required: required.has(name),
    }));
    return `"{" ${this.#members(members)} "}"`;
  }

  /** An object with free keys. */
  #map(schema: Schema, path: string): string {
    const { additionalProperties: value, propertyNames: names } = schema;
    const key = isSchema(names) ? this.rule({ type: 'string', ...names }, `${path}.propertyNames`) : 'string';
    const member = `${key} colon ${isSchema(value) ? this.rule(value, `${path}.additionalProperties`) : 'value'}`;
    return `"{" (${member} (sep ${member})*)? "}"`;
  }

  /** The properties in order, each optional one there or not, with commas only between those there. */
  #members(members: readonly { text: string; required: boolean }[]): string {
    let afterFirst = '';
    let atStart = '';
    for (const member of [...members].reverse()) {
      const taken = `${member.text} ${afterFirst}`.trim();
      const comma = `sep ${taken}`;
      const skippedAtStart = atStart;
      atStart = member.required ? this.rules.add(taken) : this.rules.add(skippedAtStart ? `${taken} | ${skippedAtStart}` : `(${taken})?`);
      afterFirst = member.required ? this.rules.add(comma) : this.rules.add(afterFirst ? `${comma} | ${afterFirst}` : `(${comma})?`);
    }
    return atStart;
  }

  #array(schema: Schema, path: string): string {
    onlyKeywords(schema, path, ['items', 'prefixItems', 'minItems', 'maxItems']);
    if (schema['prefixItems'] !== undefined) return this.#tuple(schema, path);
    const item = schema['items'] === undefined ? 'value' : this.rule(schema['items'], `${path}[]`);
    const least = count(schema, 'minItems', path) ?? 0;
    const most = count(schema, 'maxItems', path);
    if (most !== undefined && most < least) throw invalid('maxItems', path, 'at least minItems');
    if (Math.max(least, most ?? 0) > MOST_REPETITIONS) throw unsupported(most === undefined ? 'minItems' : 'maxItems', path, `above ${MOST_REPETITIONS}`);
    if (most === 0) return '"[]"';
    const rest = repeated(this.rules.add(`sep ${item}`), Math.max(0, least - 1), most === undefined ? undefined : most - 1);
    return least === 0 ? `"[" (${item} ${rest})? "]"` : `"[" ${item} ${rest} "]"`;
  }

  #tuple(schema: Schema, path: string): string {
    onlyKeywords(schema, path, ['prefixItems', 'items', 'minItems', 'maxItems']);
    const items = schema['prefixItems'];
    if (!Array.isArray(items) || items.length === 0) throw invalid('prefixItems', path, 'a list with at least one schema');
    if (isSchema(schema['items'])) throw unsupported('items', path, 'beside prefixItems');
    for (const keyword of ['minItems', 'maxItems'] as const) {
      if ((count(schema, keyword, path) ?? items.length) !== items.length) throw unsupported(keyword, path, 'other than the length of prefixItems');
    }
    return `"[" ${items.map((item, index) => this.rule(item, `${path}[${index}]`)).join(' sep ')} "]"`;
  }

  #reference(schema: Schema, path: string): string {
    onlyKeywords(schema, path, ['$ref']);
    const ref = String(schema['$ref']);
    const known = this.#references.get(ref);
    if (known) return known;
    const name = this.rules.reserve();
    this.#references.set(ref, name);
    this.rules.define(name, this.rule(this.#resolve(ref, path), ref));
    return name;
  }

  #resolve(ref: string, path: string): unknown {
    if (ref !== '#' && !ref.startsWith('#/')) throw unsupported('$ref', path, `to ${ref}`);
    const keys = ref.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const target = keys.reduce<unknown>((at, key) => (isSchema(at) ? at[key] : undefined), this.#root);
    if (target === undefined) throw invalid('$ref', path, 'a place in the schema');
    return target;
  }
}

function impliedType(schema: Schema): string | undefined {
  if ('properties' in schema || 'additionalProperties' in schema) return 'object';
  return 'items' in schema || 'prefixItems' in schema ? 'array' : undefined;
}

const KEYWORDS_OF: Record<string, readonly string[]> = {
  object: ['properties', 'required', 'additionalProperties', 'propertyNames'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems'],
  string: ['minLength', 'maxLength', 'format', 'pattern'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
};

/** The schema without the keywords that only concern other types, where `type` is a list. */
function restrictedTo(schema: Schema, type: string): Schema {
  const own = KEYWORDS_OF[type] ?? [];
  const foreign = new Set(Object.values(KEYWORDS_OF).flat().filter((keyword) => !own.includes(keyword)));
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !foreign.has(keyword)));
}
