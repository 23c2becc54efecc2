import type { ToolSpec } from '../prompt/tools.js';
import { schemaGrammar } from './schema-grammar.js';

/** GBNF of one call of one of `tools`: `{"name": …, "parameters": {…}}`. */
export function toolGrammar(tools: readonly ToolSpec[]): string {
  return schemaGrammar({
    anyOf: tools.map(({ function: tool }) => ({
      type: 'object',
      properties: { name: { const: tool.name }, parameters: tool.parameters ?? { type: 'object', additionalProperties: false } },
      required: ['name', 'parameters'],
    })),
  });
}
