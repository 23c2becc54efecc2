import type { StackConfig } from '../config/config.js';
import type { Logger } from '../logging/logger.js';
import type { AttributeName } from './conventions.js';

export type SpanKind = 'server' | 'client' | 'internal';
export type Attributes = Partial<Record<AttributeName, string | number | readonly string[] | undefined>>;

export type SpanStart = {
  name: string;
  kind?: SpanKind;
  /** As W3C Trace Context has it; a trace of its own where not given. */
  parent?: string | undefined;
  attributes?: Attributes;
  /** Milliseconds since the epoch; now where not given. */
  startedAt?: number;
  /** Of a span whose ids others know already, as W3C Trace Context has it; drawn where not given. Without a parent its trace is that one too. */
  as?: string;
};

export interface ActiveSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** For whatever this one calls. */
  readonly traceparent: string;
  set(attributes: Attributes): void;
  /** Once it is known what it is: of a request, its route. */
  rename(name: string): void;
  /** `error`: a code or a class. Never the words of a failure, which may quote content. */
  end(how?: { error?: string; at?: number }): void;
}

export interface Tracing {
  /** Whether a trace that begins here is kept: the same answer for the same trace in every process with the same share. */
  keeps(traceId: string): boolean;
  start(span: SpanStart): ActiveSpan;
  /** Sends what is left; at most for a few seconds. */
  close(): Promise<void>;
}

/**
 * Traces of this process, or null where no receiver is configured: then nothing of OpenTelemetry is loaded.
 * @param service 'api', 'worker' or 'gate'
 */
export async function openTracing(config: Pick<StackConfig, 'otlpUrl' | 'otlpHosts' | 'traceShare'>, service: string, logger: Logger): Promise<Tracing | null> {
  if (config.otlpUrl === undefined) return null;
  const { startTracing } = await import('./otlp.js');
  return startTracing({ url: config.otlpUrl, hosts: config.otlpHosts, share: config.traceShare, service, logger });
}
