import type { Script } from '#models/scripted';

/** A short run: one call of the tool, then the end. Answers at once. */
const script: Script = ({ messages }) =>
  messages.some((m) => m.role === 'tool') ? { content: 'It is read.', toolCalls: [{ name: 'done', args: {} }] } : { content: 'I read.', toolCalls: [{ name: 'read_filler', args: { n: 1 } }] };
export default script;
