import { ApiError, ConnectionError, errorOf } from './api-error.js';
import type { Operations } from './api-types.js';
import { DEFAULT_RETRY, isPassing, type RetryPolicy, withRetry } from './retry.js';
import { type Route, ROUTES } from './routes.js';
import { type FollowOptions, followRun, type StreamItem } from './run-stream.js';

export type OperationId = keyof Operations;
/** The successful answer of an operation; `undefined` where it has no body, or one that is not JSON (use `raw`). */
export type Answer<K extends OperationId> = Operations[K]['answer'];

export type RequestOptions = {
  headers?: Record<string, string>;
  /** Stands for this request however often it is sent; made up where an operation takes one and none is given. */
  idempotencyKey?: string;
  signal?: AbortSignal;
};
/** `path`, `query` and `body` as the operation takes them. */
export type Request<K extends OperationId> = Omit<Operations[K], 'answer'> & RequestOptions;
type Method<K extends OperationId> = Record<string, never> extends Omit<Operations[K], 'answer'> ? (request?: Request<K>) => Promise<Answer<K>> : (request: Request<K>) => Promise<Answer<K>>;

export type ClientOptions = {
  /** `http://127.0.0.1:3000` */
  baseUrl: string;
  /** Sent with every request, such as `authorization`. */
  headers?: Record<string, string>;
  retry?: Partial<RetryPolicy>;
  fetch?: typeof fetch;
};

/** A method for each operation of the OpenAPI document, under its name, and what goes beyond single answers. */
export type Client = { readonly [K in OperationId]: Method<K> } & {
  /** The answer as it came, for other media types than JSON: ask with the header `accept`. Repeated as all others are. */
  raw<K extends OperationId>(operation: K, request: Request<K>): Promise<Response>;
  /** A run's events and the text of its open step, as they happen, until it is finished; connections that break are taken up again. */
  events(runId: string, options?: FollowOptions): AsyncGenerator<StreamItem, void>;
};

type AnyRequest = RequestOptions & { path?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown };

/** @throws ApiError, and ConnectionError where nobody answers: from every method */
export function createClient(options: ClientOptions): Client {
  const policy = { ...DEFAULT_RETRY, ...options.retry };
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const send = options.fetch ?? fetch;

  async function once(route: Route, request: AnyRequest, key: string | undefined, attempt: number): Promise<Response> {
    const { body, contentType } = encodeBody(request.body, route.method);
    const headers = { ...options.headers, ...(contentType ? { 'content-type': contentType } : {}), ...(key ? { 'idempotency-key': key } : {}), ...request.headers };
    const url = baseUrl + pathOf(route, request);
    const response = await send(url, { method: route.method, headers, body, signal: request.signal }).catch((cause: unknown) => {
      throw request.signal?.aborted ? cause : new ConnectionError(baseUrl, { cause });
    });
    if (response.ok || response.status === 304) return response;
    // Its answer was lost, and what it asked for is done.
    if (route.method === 'DELETE' && response.status === 404 && attempt > 1) return new Response(null, { status: 204 });
    throw await errorOf(response);
  }

  function raw(operation: OperationId, request: AnyRequest = {}): Promise<Response> {
    const route = ROUTES[operation];
    const key = request.idempotencyKey ?? (route.keyed ? crypto.randomUUID() : undefined);
    const repeatable = (error: unknown): boolean => isPassing(error) && (route.method !== 'POST' || key !== undefined || wasRefused(error));
    return withRetry((attempt) => once(route, request, key, attempt), repeatable, policy, request.signal);
  }

  const methods = Object.keys(ROUTES).map((operation) => [operation, async (request?: AnyRequest) => jsonOf(await raw(operation as OperationId, request))]);
  const open = (runId: string, query: Record<string, unknown>, headers: Record<string, string>, signal: AbortSignal): Promise<Response> => once(ROUTES.readEvents, { path: { id: runId }, query, headers, signal }, undefined, 1);
  return { ...(Object.fromEntries(methods) as object), raw, events: (runId: string, follow: FollowOptions = {}) => followRun((...rest) => open(runId, ...rest), policy, follow) } as Client;
}

/** Too many requests: it was turned away before anything was done. */
const wasRefused = (error: unknown): boolean => error instanceof ApiError && error.status === 429;

/** A POST without a body of its own sends `{}`, which every route takes. */
function encodeBody(body: unknown, method: string): { body: RequestInit['body']; contentType: string | null } {
  if (body instanceof FormData) return { body, contentType: null };
  if (body === undefined && method !== 'POST') return { body: undefined, contentType: null };
  return { body: JSON.stringify(body ?? {}), contentType: 'application/json' };
}

function pathOf(route: Route, { path = {}, query = {} }: AnyRequest): string {
  const filled = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])));
  const given = Object.entries(query).flatMap(([name, value]) => [value].flat().filter((one) => one !== undefined && one !== null).map((one) => [name, String(one)] as [string, string]));
  return given.length === 0 ? filled : `${filled}?${new URLSearchParams(given).toString()}`;
}

async function jsonOf(response: Response): Promise<unknown> {
  if (response.status === 204 || response.status === 304 || !/json/.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel();
    return undefined;
  }
  return response.json();
}
