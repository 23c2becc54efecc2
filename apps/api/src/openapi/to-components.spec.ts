import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createRunSchema, runPageSchema } from '#contracts';
import { toComponents } from './to-components.js';

describe('toComponents', () => {
  it('names a schema that has a name, and the named ones within it', () => {
    const { schema, components } = toComponents(runPageSchema, { schemaType: 'output' });
    expect(schema).toEqual({ $ref: '#/components/schemas/RunPage' });
    expect(components['RunPage']).toMatchObject({ type: 'object', properties: { data: { type: 'array', items: { $ref: '#/components/schemas/RunSummary' } } } });
    expect(Object.keys(components)).toEqual(expect.arrayContaining(['RunPage', 'RunSummary', 'RunStatus', 'Limits', 'Failure']));
    expect(JSON.stringify(components)).not.toMatch(/\$defs|\$schema|"id":"[A-Z]/);
  });

  it('leaves strict bodies strict and answers open', () => {
    expect(toComponents(createRunSchema, { schemaType: 'input' }).components['CreateRun']).toMatchObject({ additionalProperties: false, required: ['agent'] });
    expect(toComponents(z.object({ a: z.string() }), { schemaType: 'output' }).schema).not.toHaveProperty('additionalProperties');
  });
});
