import { randomBytes } from 'node:crypto';

/** Bytes of each message that the scripted model and the probe's tool write. */
export const MESSAGE_BYTES = 2_000;

let n = 0;

/** Name of the model that asks for an approval, and ends once it has it. */
export const WAITING_MODEL = 'waiting';

type Asked = { model: string; messages: { role: string }[] };

/** The scripted model: it always asks for the filler tool, with text that neither repeats nor compresses. */
export default function answer({ model, messages }: Asked) {
  if (model === WAITING_MODEL) return { content: 'I ask.', toolCalls: [messages.some((m) => m.role === 'tool') ? { name: 'done', args: {} } : { name: 'append_approved', args: { path: '/dev/null', line: 'approved' } }] };
  return { content: randomBytes(MESSAGE_BYTES).toString('base64').replace(/(.{7})/g, '$1 ').slice(0, MESSAGE_BYTES), toolCalls: [{ name: 'read_filler', args: { n: n++ } }] };
}
