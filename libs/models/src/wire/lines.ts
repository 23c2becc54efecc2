import type { IncomingMessage } from 'node:http';
import { TextDecoder } from 'node:util';
import { asWireError } from './http-request.js';
import { WireError } from './wire-error.js';

/** The lines of an answer, whole and without their ends, however the bytes were cut into packets. Bytes that are no UTF-8 are an error. */
export async function* lines(response: IncomingMessage): AsyncGenerator<string> {
  for await (const batch of lineBatches(response)) yield* batch;
}

/** The same lines, those together that came together. */
export async function* lineBatches(response: IncomingMessage): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  try {
    for await (const part of response) {
      rest += decoded(decoder, part as Buffer);
      const whole = rest.split('\n');
      rest = whole.pop() ?? '';
      if (whole.length > 0) yield whole.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    }
  } catch (error) {
    throw asWireError(error);
  }
  rest += decoded(decoder);
  if (rest !== '') yield [rest];
}

function decoded(decoder: TextDecoder, part?: Buffer): string {
  try {
    return part ? decoder.decode(part, { stream: true }) : decoder.decode();
  } catch {
    throw new WireError('garbled', '');
  }
}
