import { ConnectionError, errorOf } from './api-error.js';
import type { EventType, RunEvent, StreamPart } from './api-types.js';
import { isPassing, pause, type RetryPolicy, waitMs } from './retry.js';
import { type SseMessage, SseParser } from './sse-parser.js';

export type FollowOptions = {
  /** Number of the last event that is known already. */
  after?: number;
  /** Only these; all where it is left out. */
  types?: (EventType | StreamPart['type'])[];
  signal?: AbortSignal;
  /** Called before a connection that broke is taken up again. */
  onReconnect?: (error: unknown) => void;
  /** Milliseconds without a byte after which a connection is taken for dead; the server pings every 15 s. */
  silenceMs?: number;
};

/** An event; a part of the open step's text; or `reset`: what was had of the step's text is to be dropped, it comes again. */
export type StreamItem = { kind: 'event'; event: RunEvent } | { kind: 'part'; part: StreamPart } | { kind: 'reset'; step: number; attempt: number };

type Open = (query: Record<string, unknown>, headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;
const END = 'run.finished';
const SILENCE_MS = 45_000;

/**
 * Reads a run's stream to its end. A connection that breaks, falls silent or is closed by a server that stops is taken
 * up after the last event, so that every event comes once and in order.
 * @throws ApiError: `not_found`, `events_pruned`; the last failure once `policy.attempts` connections in a row brought nothing
 */
export async function* followRun(open: Open, policy: RetryPolicy, options: FollowOptions): AsyncGenerator<StreamItem, void> {
  const place = { after: options.after ?? 0, finished: false, reads: 0 };
  for (let failures = 0; ; ) {
    const before = place.reads;
    try {
      if (!(yield* readConnection(open, options, place)) || place.finished) return;
    } catch (error) {
      if (options.signal?.aborted || !isPassing(error)) throw error;
      failures = place.reads > before ? 1 : failures + 1;
      if (failures >= policy.attempts) throw error;
      options.onReconnect?.(error);
      await pause(waitMs(error, failures, policy), options.signal);
      continue;
    }
    // The server closed an unfinished stream in good order: it stops, or gave this reader up.
    failures = place.reads > before ? 0 : failures + 1;
    if (failures >= policy.attempts) throw new Error('the stream of events ends again and again before the run does');
    options.onReconnect?.(null);
    await pause(waitMs(null, failures + 1, policy), options.signal);
  }
}

type Place = { after: number; finished: boolean; reads: number };

/** @returns false where there is nothing more to come */
async function* readConnection(open: Open, options: FollowOptions, place: Place): AsyncGenerator<StreamItem, boolean> {
  const watch = new Watch(options.silenceMs ?? SILENCE_MS, options.signal);
  try {
    // Without the last event the end could not be told from a connection that was cut.
    const query = options.types ? { types: [...new Set<string>([...options.types, END])].join(',') } : {};
    const headers = { accept: 'text/event-stream', ...(place.after > 0 ? { 'last-event-id': String(place.after) } : {}) };
    const response = await open(query, headers, watch.signal);
    if (response.status === 204) return false;
    if (!response.body) throw await errorOf(response);
    yield* readBody(response.body, watch, options, place);
    return true;
  } catch (error) {
    throw watch.explain(error);
  } finally {
    watch.end();
  }
}

async function* readBody(body: ReadableStream<Uint8Array>, watch: Watch, options: FollowOptions, place: Place): AsyncGenerator<StreamItem, void> {
  const parser = new SseParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      watch.listen();
      const { done, value } = await reader.read().catch((cause: unknown) => broken(cause));
      watch.heard();
      if (done) return;
      place.reads++;
      for (const message of parser.push(decoder.decode(value, { stream: true }))) {
        const item = itemOf(message);
        if (item.kind === 'event') Object.assign(place, { after: item.event.seq, finished: item.event.type === END });
        if (item.kind !== 'event' || !options.types || options.types.includes(item.event.type)) yield item;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** @throws ConnectionError */
function broken(cause: unknown): never {
  throw new ConnectionError('its event stream', { cause });
}

function itemOf(message: SseMessage): StreamItem {
  const data = JSON.parse(message.data) as RunEvent | StreamPart;
  if (message.id !== null) return { kind: 'event', event: data as RunEvent };
  if (message.event === 'step.attempt_reset') return { kind: 'reset', step: data.step!, attempt: data.attempt! };
  return { kind: 'part', part: data as StreamPart };
}

/** Ends a connection when its reader asks so, or when it has been silent for too long. */
class Watch {
  private readonly controller = new AbortController();
  private readonly stop = (): void => this.controller.abort(this.outer!.reason);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silent = false;

  constructor(
    private readonly silenceMs: number,
    private readonly outer: AbortSignal | undefined,
  ) {
    if (outer?.aborted) this.stop();
    outer?.addEventListener('abort', this.stop, { once: true });
    this.listen();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Time that the reader takes for itself is no silence. */
  heard(): void {
    clearTimeout(this.timer);
  }

  listen(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.silent = true;
      this.controller.abort(new Error(`nothing was heard for ${this.silenceMs} ms`));
    }, this.silenceMs);
  }

  /** Silence is a broken connection; what the reader called off fails with the reader's own reason. */
  explain(error: unknown): unknown {
    if (this.outer?.aborted) return this.outer.reason;
    return this.silent ? new ConnectionError('its event stream', { cause: error }) : error;
  }

  end(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.stop);
    this.controller.abort();
  }
}
