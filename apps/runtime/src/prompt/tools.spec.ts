import { describe, expect, it } from '@jest/globals';
import { parseToolCall, type ToolSpec, withTools } from './tools.js';

const tools: ToolSpec[] = [{ type: 'function', function: { name: 'search', description: 'Find documents', parameters: { type: 'object' } } }];

describe('tools', () => {
  it('are described before the messages', () => {
    const [first, second] = withTools([{ role: 'user', content: 'Hi' }], tools);
    expect(first).toMatchObject({ role: 'system' });
    expect(first!.content).toContain('{"name":"search","description":"Find documents","parameters":{"type":"object"}}');
    expect(second).toEqual({ role: 'user', content: 'Hi' });
  });

  it('are called by a reply that is one call', () => {
    expect(parseToolCall(' {"name":"search","parameters":{"q":"x"}}', tools)).toEqual({ function: { name: 'search', arguments: { q: 'x' } } });
  });

  it.each(['Sure: {"name":"search","parameters":{}}', '{"name":"other","parameters":{}}', '{"name":"search","parameters":[]}', '{"name":"search"', '{"answer":42}'])(
    'are not called by %s',
    (reply) => expect(parseToolCall(reply, tools)).toBeUndefined(),
  );
});
