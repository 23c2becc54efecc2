import type { HostCheck } from '../wire/host-check.js';
import { httpRequest, readText } from '../wire/http-request.js';
import { lineBatches } from '../wire/lines.js';
import { WireError } from '../wire/wire-error.js';

/**
 * The `fetch` that the Ollama client is given, since with its own it cannot be aborted before the first token, gives
 * up after five silent minutes, and prints a line that does not parse (which may be content) to the console.
 */
export function ollamaFetch(signal: AbortSignal, silenceMs: number, hosts: HostCheck, ca?: string): typeof fetch {
  return async (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    const response = await httpRequest({
      url,
      method: init?.method ?? 'GET',
      headers: init?.headers as Record<string, string>,
      ...(typeof init?.body === 'string' && { body: init.body }),
      signal,
      silenceMs,
      hosts,
      ca,
    });
    if (!/\/api\/(chat|pull)$/.test(url)) return new Response(checkedJson(await readText(response)));
    return new Response(checkedLines(lineBatches(response), signal));
  };
}

function checkedLines(source: AsyncGenerator<string[]>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await source.next();
        if (done) return controller.close();
        const bad = value.findIndex((line) => !isJson(line));
        const whole = bad < 0 ? value : value.slice(0, bad);
        if (whole.length > 0) controller.enqueue(encoder.encode(`${whole.join('\n')}\n`));
        if (bad >= 0) throw new WireError('garbled', '');
      } catch (error) {
        controller.error(signal.aborted ? signal.reason : error);
      }
    },
    async cancel() {
      await source.return(undefined);
    },
  });
}

function checkedJson(text: string): string {
  if (!isJson(text)) throw new WireError('garbled', '');
  return text;
}

function isJson(line: string): boolean {
  if (line === '') return true;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
