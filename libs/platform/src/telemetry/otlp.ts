import { type Attributes as OtelAttributes, ROOT_CONTEXT, type Span, SpanKind as OtelKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type IdGenerator, ParentBasedSampler, RandomIdGenerator, SamplingDecision, TracerProvider } from '@opentelemetry/sdk-trace';
import { isTraceparent, spanIdOf, traceIdOf } from '#contracts';
import { describeError, type Logger } from '../logging/logger.js';
import { ATTRIBUTES, type AttributeName, CONVENTIONS, SCHEMA_URL } from './conventions.js';
import { checkedLookup } from './otlp-hosts.js';
import { safeName } from './safe-value.js';
import type { ActiveSpan, Attributes, SpanStart, Tracing } from './tracing.js';

const KINDS = { server: OtelKind.SERVER, client: OtelKind.CLIENT, internal: OtelKind.INTERNAL };
/** Between two batches, in milliseconds. */
const SEND_EVERY_MS = 2_000;
const SEND_TIMEOUT_MS = 5_000;
/** Spans that wait to be sent; beyond it they are dropped, and no run waits for a receiver. */
const MAX_WAITING = 4_096;
const CLOSE_MS = 3_000;

export type TracingOptions = { url: string; hosts: readonly string[]; share: number; service: string; logger: Logger };

/** Sends spans as OTLP/JSON over HTTP. A receiver that is away costs the spans and nothing else. */
export function startTracing({ url, hosts, share, service, logger }: TracingOptions): Tracing {
  const ids = new ChosenIds();
  const exporter = new OTLPTraceExporter({ url: `${url.replace(/\/$/, '')}/v1/traces`, timeoutMillis: SEND_TIMEOUT_MS, httpAgentOptions: { keepAlive: true, lookup: checkedLookup(hosts) } });
  const provider = new TracerProvider({
    idGenerator: ids,
    resource: resourceFromAttributes({ [CONVENTIONS.serviceName]: `holdfast-${service}`, 'process.pid': process.pid }),
    sampler: new ParentBasedSampler({ root: { shouldSample: (_context, traceId) => ({ decision: keeps(traceId, share) ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD }) } }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: SEND_EVERY_MS, exportTimeoutMillis: SEND_TIMEOUT_MS, maxQueueSize: MAX_WAITING })],
  });
  const tracer = provider.getTracer('holdfast', undefined, { schemaUrl: SCHEMA_URL });

  function start({ name, kind = 'internal', parent, attributes, startedAt, as }: SpanStart): ActiveSpan {
    const above = isTraceparent(parent) ? trace.setSpanContext(ROOT_CONTEXT, { traceId: traceIdOf(parent), spanId: spanIdOf(parent), traceFlags: Number.parseInt(parent.slice(53), 16), isRemote: true }) : ROOT_CONTEXT;
    ids.next = as ?? null;
    const span = tracer.startSpan(safeTitle(name), { kind: KINDS[kind], ...(startedAt === undefined ? {} : { startTime: startedAt }), ...(attributes ? { attributes: safeAttributes(attributes) } : {}) }, above);
    ids.next = null;
    return active(span);
  }

  return {
    start,
    keeps: (traceId) => keeps(traceId, share),
    async close() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref());
      await Promise.race([provider.shutdown(), late]).catch((error: unknown) => logger.warn({ error: describeError(error) }, 'the last spans could not be sent'));
    },
  };
}

/** By the end of its id, which is random in ids that begin with a time, too. */
const keeps = (traceId: string, share: number): boolean => Number.parseInt(traceId.slice(-8), 16) < share * 2 ** 32;

/** Gives one span the ids that it is known by already, and draws those of the others. */
class ChosenIds implements IdGenerator {
  next: string | null = null;
  readonly #random = new RandomIdGenerator();

  generateTraceId(): string {
    return this.next ? traceIdOf(this.next) : this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.next ? spanIdOf(this.next) : this.#random.generateSpanId();
  }
}

function active(span: Span): ActiveSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceId,
    spanId,
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    set: (attributes) => void span.setAttributes(safeAttributes(attributes)),
    rename: (name) => void span.updateName(safeTitle(name)),
    end({ error, at } = {}) {
      if (error !== undefined) span.setAttribute(CONVENTIONS.errorType, safeName(error)).setStatus({ code: SpanStatusCode.ERROR });
      span.end(at);
    },
  };
}

/** An operation and what it is on. */
const safeTitle = (name: string): string => name.split(' ').slice(0, 2).map(safeName).join(' ');

function safeAttributes(attributes: Attributes): OtelAttributes {
  const safe: OtelAttributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    safe[ATTRIBUTES[name as AttributeName]] = typeof value === 'number' ? value : typeof value === 'string' ? safeName(value) : value.map(safeName);
  }
  return safe;
}
