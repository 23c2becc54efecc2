import type { Script } from '#models/scripted';

const SLOW_MS = 5_000;

/** Reads three times, then ends. The model `slow` takes its time over each answer: there is time to cancel. */
const script: Script = ({ model, messages }) => {
  const read = messages.filter((m) => m.role === 'tool').length;
  const answer = read >= 3 ? { content: 'It is read.', toolCalls: [{ name: 'done', args: {} }] } : { content: `I read part ${read + 1}.`, toolCalls: [{ name: 'read_filler', args: { n: read + 1 } }] };
  return model === 'slow' ? { ...answer, delayMs: SLOW_MS } : answer;
};
export default script;
