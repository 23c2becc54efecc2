import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { codingInputSchema } from '#agents/coding/contract';
import { researchInputSchema } from '#agents/research/contract';
import { fieldsOf, labelOf, valuesOf } from './fields.js';

const of = (schema: z.ZodType) => fieldsOf(z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>);

describe('a form made from a JSON Schema', () => {
  it('has a field for each property of the research agent, the question first', () => {
    const fields = of(researchInputSchema);
    expect(fields[0]).toMatchObject({ name: 'question', kind: 'text', required: true });
    expect(Object.fromEntries(fields.map(({ name, kind }) => [name, kind]))).toMatchObject({ task: 'choice', searches: 'number', judge: 'yes', choices: 'list', scope: 'json', followUpOf: 'line' });
    expect(fields.find(({ name }) => name === 'searches')).toMatchObject({ min: 1, max: 8, whole: true, required: false, fallback: 1 });
  });

  it('gives what must be given by the coding agent', () => expect(of(codingInputSchema).filter((field) => field.required).map(({ name }) => name).sort()).toEqual(['repo', 'task']));

  it('sends what was filled in and nothing else', () => {
    const fields = of(z.object({ a: z.string(), b: z.int().optional(), c: z.object({ d: z.int() }).optional(), e: z.array(z.string()).optional() }));
    expect(valuesOf(fields, { a: 'x', b: undefined, c: '{"d":1}', e: [] })).toEqual({ a: 'x', c: { d: 1 } });
    expect(() => valuesOf(fields, { c: '{' })).toThrow(SyntaxError);
  });

  it('makes words of names', () => expect([labelOf('mustPass'), labelOf('repo')]).toEqual(['Must pass', 'Repo']));
});
