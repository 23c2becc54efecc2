import http from 'node:http';
import https from 'node:https';
import { createHostCheck, type HostCheck } from './host-check.js';
import { WireError } from './wire-error.js';

// Node's own fetch gives up when no header comes for five minutes, which a long prompt on a CPU exceeds, and its
// limit cannot be set without another package. Hence node:http, with sockets kept open between calls.
const plain = new http.Agent({ keepAlive: true });
/** By the authority that is trusted; the system's own under none. */
const secure = new Map<string | undefined, https.Agent>();

const CONNECT_MS = 10_000;
/** Of whoever names no hosts. */
const LOOPBACK_ONLY = createHostCheck();

export type HttpRequest = {
  url: string;
  method: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  signal: AbortSignal;
  /** Milliseconds without a byte before the call fails. */
  silenceMs: number;
  /** Loopback only where not given. */
  hosts?: HostCheck;
  /** Certificate (PEM) of the authority that the server's must come from; the system's where not given. */
  ca?: string | undefined;
};

/**
 * Sends a request and resolves with the answer's stream once its headers are there. Rejects with a WireError, or
 * with the signal's reason; a status of 400 and above is a WireError with the runtime's words as detail.
 */
export async function httpRequest(request: HttpRequest): Promise<http.IncomingMessage> {
  const response = await open(request, true);
  const status = response.statusCode ?? 0;
  // A proxy's page, or a login: gone for now where it says so, else not a runtime at all.
  if (/^text\/html/i.test(response.headers['content-type'] ?? '') && ![502, 503, 504].includes(status)) {
    response.destroy();
    throw new WireError('garbled', '');
  }
  if (status < 400) return response;
  throw new WireError('status', errorText(await readText(response)), status);
}

function open(request: HttpRequest, mayReopen: boolean): Promise<http.IncomingMessage> {
  const url = new URL(request.url);
  const tls = url.protocol === 'https:';
  const headers: Record<string, string | number> = { accept: 'application/json', ...request.headers };
  if (request.body !== undefined) headers['content-length'] = Buffer.byteLength(request.body);
  return new Promise((resolve, reject) => {
    const { signal } = request;
    if (signal.aborted) return reject(signal.reason);
    const { assertUrl, lookup } = request.hosts ?? LOOPBACK_ONLY;
    assertUrl(url);
    const call = (tls ? https : http).request(url, { method: request.method, headers, agent: tls ? secureAgent(request.ca) : plain, lookup });
    const connecting = setTimeout(() => call.destroy(new WireError('unreachable', 'connect timeout')), CONNECT_MS);
    const onAbort = (): void => void call.destroy(asError(signal.reason));
    const release = (): void => signal.removeEventListener('abort', onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
    call.setTimeout(request.silenceMs, () => call.destroy(new WireError('silent', '')));
    call.on('socket', (socket) => (socket.connecting ? socket.once('connect', () => clearTimeout(connecting)) : clearTimeout(connecting)));
    call.on('response', (response) => {
      // Destroying the request destroys the answer's stream too, so abort keeps working until it has ended.
      response.once('close', release);
      resolve(response);
    });
    call.on('error', (error) => {
      clearTimeout(connecting);
      release();
      if (signal.aborted) return reject(signal.reason);
      // A socket that was kept open may have been closed by the other side meanwhile: once more, on a new one.
      if (mayReopen && call.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET') return resolve(open(request, false));
      reject(asWireError(error));
    });
    call.end(request.body);
  });
}

function secureAgent(ca: string | undefined): https.Agent {
  const agent = secure.get(ca) ?? new https.Agent({ keepAlive: true, ...(ca && { ca }) });
  secure.set(ca, agent);
  return agent;
}

/** Of a certificate that is not trusted, out of date, or another host's (Node's `tls` documentation, X509 certificate error codes). */
const UNTRUSTED = /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

export function asWireError(error: unknown): WireError {
  if (error instanceof WireError) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  const refused = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'].includes(code);
  return new WireError(refused ? 'unreachable' : UNTRUSTED.test(code) ? 'untrusted' : 'broken', code);
}

export async function readText(response: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  try {
    for await (const part of response) parts.push(part as Buffer);
  } catch (error) {
    throw asWireError(error);
  }
  return Buffer.concat(parts).toString('utf8');
}

function errorText(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: string | { message?: string } };
    return typeof error === 'string' ? error : (error?.message ?? body);
  } catch {
    return body;
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error('aborted'));
