import { randomBytes } from 'node:crypto';

/** Bytes of each message that the scripted model and the probe's tool write. */
export const MESSAGE_BYTES = 2_000;

let n = 0;

/** The scripted model: it always asks for the filler tool, with text that neither repeats nor compresses. */
export default function answer() {
  return { content: randomBytes(MESSAGE_BYTES).toString('base64').replace(/(.{7})/g, '$1 ').slice(0, MESSAGE_BYTES), toolCalls: [{ name: 'read_filler', args: { n: n++ } }] };
}
