import type { Script } from '#models/scripted';

/** `hands?tool=NAME&path=FILE`: calls the tool once, then says that it is done. */
const script: Script = (request) => {
  const asked = new URLSearchParams(request.model.slice(request.model.indexOf('?') + 1));
  const delayMs = Number(asked.get('delayMs') ?? 0);
  const called = request.messages.filter((m) => m.role === 'tool').length;
  const calls = Number(asked.get('calls') ?? 1);
  if (called >= calls) return { content: 'done', toolCalls: [{ name: 'done', args: {} }], delayMs };
  return { content: `call ${called}`, toolCalls: [{ name: asked.get('tool')!, args: { path: asked.get('path')!, line: `line${called}` } }], delayMs };
};
export default script;
