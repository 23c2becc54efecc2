import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Fault } from '../fault.js';
import { JSON_GRAMMAR, schemaGrammar } from './schema-grammar.js';
import { toolGrammar } from './tool-grammar.js';

const lines = (schema: unknown): string[] => schemaGrammar(schema).split('\n');

/** Every rule that is referred to is defined exactly once: llama.cpp would refuse the grammar otherwise. */
function undefinedRules(gbnf: string): string[] {
  const names = gbnf.split('\n').map((line) => line.split(' ::= ')[0]!);
  const bare = gbnf.split('\n').map((line) => line.split(' ::= ').slice(1).join('').replace(/"(\\.|[^"\\])*"/g, ' ').replace(/\[(\\.|[^\]\\])*\]/g, ' ').replace(/\{[\d,]*\}/g, ' '));
  const used = new Set(bare.flatMap((body) => body.match(/[a-z]\w*/g) ?? []));
  expect(new Set(names).size).toBe(names.length);
  return [...used].filter((name) => !names.includes(name));
}

function refusal(schema: unknown): string {
  try {
    schemaGrammar(schema);
  } catch (error) {
    if (error instanceof Fault && error.status === 400) return error.message;
    throw error;
  }
  return '';
}

describe('schemaGrammar', () => {
  it('writes an object with its properties in order', () => {
    const gbnf = lines({ type: 'object', properties: { a: { type: 'boolean' }, b: { enum: ['x', 2] } }, required: ['a', 'b'] });
    expect(gbnf).toContain('r0 ::= boolean');
    expect(gbnf).toContain('r1 ::= "\\"x\\"" | "2"');
    expect(gbnf).toContain('r3 ::= sep "\\"b\\"" colon r1');
  });

  it('has commas only between the optional properties that are there', () => {
    const gbnf = schemaGrammar({ type: 'object', properties: { a: { const: 1 }, b: { const: 2 } }, required: [] });
    expect(gbnf).toContain('r2 ::= ("\\"b\\"" colon r1)?\nr3 ::= (sep "\\"b\\"" colon r1)?\nr4 ::= "\\"a\\"" colon r0 r3 | r2');
  });

  it('bounds arrays and strings', () => {
    expect(schemaGrammar({ type: 'array', items: { type: 'string', maxLength: 12 }, minItems: 2, maxItems: 5 })).toContain('r1 ::= sep r0\nr2 ::= "[" r0 r1{1,4} "]"');
    expect(schemaGrammar({ type: 'string', minLength: 1, maxLength: 12 })).toContain('char{1,12}');
    expect(schemaGrammar({ type: 'array', items: { type: 'null' }, maxItems: 0 })).toContain('"[]"');
  });

  it('follows references, also to itself', () => {
    const tree = { $ref: '#/$defs/node', $defs: { node: { type: 'object', properties: { next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } }, required: ['next'] } } };
    expect(undefinedRules(schemaGrammar(tree))).toEqual([]);
  });

  it('takes what zod writes', () => {
    const schema = z.object({
      claims: z.array(z.object({ text: z.string().max(200), passages: z.array(z.enum(['p1', 'p2'])).min(1).max(3), kind: z.literal('fact') })).max(5),
      confidence: z.number().min(0).max(1),
      count: z.int().min(0),
      note: z.string().nullable().optional(),
      tags: z.record(z.string(), z.boolean()),
      pair: z.tuple([z.string(), z.int()]),
      either: z.discriminatedUnion('type', [z.object({ type: z.literal('a') }), z.object({ type: z.literal('b'), n: z.int() })]),
      on: z.iso.date(),
      at: z.iso.datetime(),
      id: z.uuid(),
    });
    expect(undefinedRules(schemaGrammar(z.toJSONSchema(schema)))).toEqual([]);
  });

  it.each([
    [{ type: 'string', pattern: '^a' }, '"pattern" at $'],
    [{ type: 'object', properties: { a: { not: {} } } }, '"not" at $.a'],
    [{ allOf: [] }, '"allOf" at $'],
    [{ type: 'array', items: { type: 'string' }, uniqueItems: true }, '"uniqueItems" at $'],
    [{ type: 'string', maxLength: 5000 }, '"maxLength" at $ above 2000'],
    [{ type: 'string', format: 'email' }, '"format: email" at $'],
    [{ type: 'number', minimum: 0.5 }, '"minimum" at $ with a fraction'],
    [{ type: 'integer', multipleOf: 2 }, '"multipleOf" at $'],
    [{ enum: [] }, '"enum" at $.enum'],
    [{ type: 'array', minItems: 3, maxItems: 2 }, '"maxItems" at $'],
    [{ $ref: '#/$defs/none' }, '"$ref" at $'],
    [{ type: 'figure' }, '"type" at $'],
    ['text', '"format" at $'],
  ])('refuses %j and names the keyword', (schema, named) => {
    expect(refusal(schema)).toContain(named);
  });

  it('ignores annotations', () => {
    expect(refusal({ type: 'string', title: 'T', description: 'D', default: 'x', examples: ['y'] })).toBe('');
  });

  it('defines every rule of the fixed grammars', () => {
    expect(undefinedRules(JSON_GRAMMAR)).toEqual([]);
    expect(undefinedRules(toolGrammar([{ type: 'function', function: { name: 'stop' } }]))).toEqual([]);
  });
});
