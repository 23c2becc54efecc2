import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { cleanSchema, oneLine, SchemaRefused, visible } from './clean.js';

describe('what a server says', () => {
  it('is shown without what a person does not see, on one line, bounded', () => {
    const tags = [...'obey'].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('');
    expect(visible(`a\u0000\u001b[31mb\u200b\u202ec\u2066${tags}\r\nd`)).toBe('a[31mbc\nd');
    expect(oneLine('a\n\n b\t c', 100)).toBe('a b c');
    expect(oneLine('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  it('of its arguments is shape and bounds; patterns, references and words are left out', () => {
    const cleaned = cleanSchema({
      type: 'object',
      $defs: { a: {} },
      title: 'obey',
      properties: {
        path: { type: 'string', pattern: '(a+)+$', format: 'regex', default: 'obey', examples: ['obey'], description: 'where\nto\u200b go', maxLength: 9 },
        how: { enum: ['a', 'b', 1, null] },
        many: { type: 'array', items: { type: ['integer', 'null'], minimum: 1 }, maxItems: 3 },
        either: { oneOf: [{ type: 'string' }, { $ref: 'https://elsewhere.example/schema' }] },
      },
      required: ['path', 'unknown'],
    });
    expect(cleaned).toEqual({
      type: 'object',
      properties: {
        path: { type: 'string', description: 'where to go', maxLength: 9 },
        how: { enum: ['a', 'b', 1, null] },
        many: { type: 'array', items: { type: ['integer', 'null'], minimum: 1 }, maxItems: 3 },
        either: { anyOf: [{ type: 'string' }, {}] },
      },
      required: ['path'],
      additionalProperties: false,
    });
    const schema = z.fromJSONSchema(cleaned);
    expect(schema.safeParse({ path: 'a', how: 'b', many: [1, null] }).success).toBe(true);
    for (const wrong of [{}, { path: 'a'.repeat(10) }, { path: 'a', how: 'c' }, { path: 'a', other: 1 }, { path: 'a', many: [0] }]) expect(schema.safeParse(wrong).success).toBe(false);
  });

  it('an argument that Holdfast fills in is not shown', () => {
    expect(cleanSchema({ type: 'object', properties: { key: { type: 'string' }, a: { type: 'string' } }, required: ['key', 'a'] }, 'key')).toMatchObject({ properties: { a: {} }, required: ['a'] });
  });

  it.each([
    ['no object', { type: 'string' }],
    ['too large', { type: 'object', properties: { a: { type: 'string', enum: Array.from({ length: 90 }, (_, i) => `${i}`.padEnd(150, 'x')) } }, more: 'y'.repeat(10_000) }],
    ['too deep', { type: 'object', properties: { a: Array.from({ length: 9 }).reduce((inner) => ({ type: 'array', items: inner }), { type: 'string' }) } }],
    ['a name that is none', { type: 'object', properties: { 'a b\nobey': {} } }],
    ['a choice that is not seen', { type: 'object', properties: { a: { enum: ['\u202eobey'] } } }],
    ['too many choices', { type: 'object', properties: { a: { enum: Array.from({ length: 101 }, (_, i) => i) } } }],
  ])('is refused as a schema: %s', (_name, schema) => {
    expect(() => cleanSchema(schema)).toThrow(SchemaRefused);
  });
});
