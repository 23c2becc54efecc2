import type { IncomingMessage, ServerResponse } from 'node:http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { type Attributes, type Counter, type Gauge, type Histogram } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { type Meters, metricsOf } from './metrics.js';
import { safeName } from './safe-value.js';

export type Prometheus = {
  meters: Meters<'api'>;
  /** Answers a scrape with all that was counted. */
  answer(req: IncomingMessage, res: ServerResponse): void;
  close(): Promise<void>;
};

const BARE = /_total$/;

/** The metrics of a process that has no Temporal worker, whose SDK counts for it otherwise. Loaded only where metrics are asked for. */
export function startPrometheus(): Prometheus {
  const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true, withoutTargetInfo: true });
  const provider = new MeterProvider({ readers: [exporter] });
  const meter = provider.getMeter('holdfast');
  const made = new Map<string, Counter | Gauge | Histogram>();
  for (const [name, { kind, help, buckets }] of metricsOf('api')) {
    // The exporter puts `_total` behind the name of each counter.
    if (kind === 'counter') made.set(name, meter.createCounter(name.replace(BARE, ''), { description: help }));
    else if (kind === 'gauge') made.set(name, meter.createGauge(name, { description: help }));
    else made.set(name, meter.createHistogram(name, { description: help, advice: { explicitBucketBoundaries: [...(buckets ?? [])] } }));
  }
  const safe = (labels: Record<string, string>): Attributes => Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, safeName(value)]));
  return {
    meters: {
      add: (name, labels, n = 1) => (made.get(name) as Counter).add(n, safe(labels)),
      observe: (name, labels, value) => (made.get(name) as Histogram).record(value, safe(labels)),
      set: (name, labels, value) => (made.get(name) as Gauge).record(value, safe(labels)),
    },
    answer: (req, res) => exporter.getMetricsRequestHandler(req, res),
    close: () => provider.shutdown(),
  };
}
