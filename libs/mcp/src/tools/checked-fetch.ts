import http from 'node:http';
import https from 'node:https';
import { Readable, Transform } from 'node:stream';
import { createHostCheck } from '#models';

/** Nothing was sent: the host is not allowed, or nobody answers there. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

type FetchLike = (url: string | URL, init?: RequestInit) => Promise<Response>;
const CONNECT_MS = 10_000;
const UNREACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * `fetch` for one server: to allowed hosts only, checked again on the address that a name leads to, without following
 * redirects, and with at most `maxBytes` an answer. Node's own has no way to check the address.
 */
export function createCheckedFetch(options: { hosts: readonly string[]; ca?: string | undefined; maxBytes: number; onTooLarge: () => void }): { fetch: FetchLike; close(): void } {
  const check = createHostCheck(options.hosts);
  const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true, ...(options.ca && { ca: options.ca }) }) };
  const send: FetchLike = async (given, init = {}) => {
    const url = new URL(given);
    try {
      check.assertUrl(url);
    } catch {
      throw new NotSent('the host is not allowed');
    }
    return new Promise((resolve, reject) => {
      const tls = url.protocol === 'https:';
      const call = (tls ? https : http).request(url, { method: init.method ?? 'GET', headers: Object.fromEntries(new Headers(init.headers)), agent: agents[tls ? 'https:' : 'http:'], lookup: check.lookup, ...(init.signal ? { signal: init.signal } : {}) });
      let connected = false;
      const connecting = setTimeout(() => call.destroy(new NotSent('nobody answers')), CONNECT_MS);
      const onConnect = (): void => {
        connected = true;
        clearTimeout(connecting);
      };
      call.on('socket', (socket) => (socket.connecting ? socket.once(tls ? 'secureConnect' : 'connect', onConnect) : onConnect()));
      call.on('response', (response) => resolve(answerOf(response, options)));
      call.on('error', (error) => {
        clearTimeout(connecting);
        const unreached = !connected || UNREACHED.has((error as NodeJS.ErrnoException).code ?? '');
        reject(unreached && !init.signal?.aborted ? new NotSent('nobody answers') : error);
      });
      call.end(typeof init.body === 'string' ? init.body : undefined);
    });
  };
  return { fetch: send, close: () => Object.values(agents).forEach((agent) => agent.destroy()) };
}

function answerOf(response: http.IncomingMessage, { maxBytes, onTooLarge }: { maxBytes: number; onTooLarge: () => void }): Response {
  let bytes = 0;
  const bounded = new Transform({
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      if (bytes <= maxBytes) return done(null, part);
      onTooLarge();
      response.destroy();
      done(new Error('the answer is too large'));
    },
  });
  response.on('error', (error) => bounded.destroy(error));
  response.on('aborted', () => bounded.destroy(new Error('the connection broke')));
  const status = response.statusCode ?? 502;
  const headers = Object.entries(response.headers).flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, one] as [string, string]));
  if (status === 204 || status === 304) {
    response.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(response.pipe(bounded)) as ReadableStream<Uint8Array>, { status, headers });
}
