import type { Script } from '#models/scripted';

/** `mcp?tool=NAME&args=JSON`: calls the tool once, then says that it is done. */
const script: Script = (request) => {
  const asked = new URLSearchParams(request.model.slice(request.model.indexOf('?') + 1));
  if (request.messages.some((m) => m.role === 'tool')) return { content: 'done', toolCalls: [{ name: 'done', args: {} }] };
  return { content: 'a call', toolCalls: [{ name: asked.get('tool')!, args: JSON.parse(asked.get('args') ?? '{}') as Record<string, unknown> }] };
};
export default script;

/** Name of the model that makes one call. */
export const calling = (tool: string, args: Record<string, unknown> = {}): string => `mcp?${new URLSearchParams({ tool, args: JSON.stringify(args) }).toString()}`;
