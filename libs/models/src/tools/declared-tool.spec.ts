import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { codingContract } from '#agents/coding/contract';
import { toolGrammar } from '#apps/runtime/src/grammar/tool-grammar';
import { declaredTool } from './declared-tool.js';

const ofAgent = codingContract.tools.map(({ name, description, parameters }) => {
  const { $schema: _, ...schema } = z.toJSONSchema(parameters, { io: 'input' });
  return { name, description, parameters: schema };
});

describe('a tool as a server is told of it', () => {
  it('has none of the bounds that a grammar cannot hold to, and a property of such a name', () => {
    const { function: tool } = declaredTool({
      name: 'find',
      description: 'd',
      parameters: { type: 'object', properties: { pattern: { type: 'string', pattern: '^a', maxLength: 5_000, description: 'p' }, paths: { type: 'array', maxItems: 3, items: { anyOf: [{ type: 'string', maxLength: 9_999 }, { type: 'null' }] } } }, required: ['pattern'], additionalProperties: false },
    });
    expect(tool.parameters).toEqual({ type: 'object', properties: { pattern: { type: 'string', description: 'p' }, paths: { type: 'array', maxItems: 3, items: { anyOf: [{ type: 'string' }, { type: 'null' }] } } }, required: ['pattern'], additionalProperties: false });
  });

  it.each(ofAgent.map((tool) => [tool.name, tool] as const))('is one that the embedded runtime makes a grammar of: %s of the coding agent', (_name, tool) => {
    const declared = declaredTool(tool);
    expect(Object.keys(declared.function.parameters['properties'] as object)).toEqual(Object.keys(tool.parameters['properties'] as object));
    expect(toolGrammar([declared])).toContain('root');
  });
});
