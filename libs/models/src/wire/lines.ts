import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { asWireError } from './http-request.js';

/** The lines of an answer, whole and without their ends, however the bytes were cut into packets. */
export async function* lines(response: IncomingMessage): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const part of response) {
      rest += decoder.write(part as Buffer);
      const whole = rest.split('\n');
      rest = whole.pop() ?? '';
      for (const line of whole) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    }
  } catch (error) {
    throw asWireError(error);
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
