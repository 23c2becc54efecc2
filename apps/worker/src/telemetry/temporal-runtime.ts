import { createServer, type AddressInfo } from 'node:net';
import { type MetricCounter, type MetricGauge, type MetricHistogram, type MetricTags } from '@temporalio/common';
import { type Logger as TemporalLogger, Runtime as TemporalRuntime } from '@temporalio/worker';
import { ConfigError, type Config, describeError, type Logger } from '#platform';
import { type Meters, metricsOf, safeName } from '#platform/telemetry';

const HOST = '127.0.0.1';

/**
 * Installs Temporal's runtime for this process. Where a port for metrics is configured, the SDK's own exporter gives
 * what Holdfast counts together with what the SDK counts: one port, and no second library in the worker.
 * @returns null where nothing is counted
 * @throws ConfigError where the port is taken
 */
export async function installTemporalRuntime({ metricsPort }: Pick<Config, 'metricsPort'>, logger: Logger): Promise<Meters<'worker'> | null> {
  const base = { shutdownSignals: ['SIGINT', 'SIGTERM'] as NodeJS.Signals[], logger: quiet(logger) };
  if (metricsPort === undefined) {
    TemporalRuntime.install(base);
    return null;
  }
  const port = await usablePort(metricsPort);
  const buckets = Object.fromEntries(metricsOf('worker').flatMap(([name, metric]) => (metric.buckets ? [[name, [...metric.buckets]]] : [])));
  const metrics = { attachServiceName: false, prometheus: { bindAddress: `${HOST}:${port}`, countersTotalSuffix: true, useSecondsForDurations: true, histogramBucketOverrides: buckets } };
  const runtime = TemporalRuntime.install({ ...base, telemetryOptions: { metrics } });
  logger.info({ port }, 'metrics are given on loopback');
  return metersOf(runtime.metricMeter);
}

function metersOf(meter: TemporalRuntime['metricMeter']): Meters<'worker'> {
  const made = new Map<string, MetricCounter | MetricGauge | MetricHistogram>();
  for (const [name, { kind, help }] of metricsOf('worker')) {
    if (kind === 'counter') made.set(name, meter.createCounter(name.replace(/_total$/, ''), undefined, help));
    else if (kind === 'gauge') made.set(name, meter.createGauge(name, 'float', undefined, help));
    else made.set(name, meter.createHistogram(name, 'float', undefined, help));
  }
  return {
    add: (name, labels, n = 1) => (made.get(name) as MetricCounter).add(n, safe(labels)),
    observe: (name, labels, value) => (made.get(name) as MetricHistogram).record(value, safe(labels)),
    set: (name, labels, value) => (made.get(name) as MetricGauge).set(value, safe(labels)),
  };
}

const safe = (labels: Record<string, string>): MetricTags => Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, safeName(value)]));

/** The SDK opens the port in its own code, which cannot tell which one it was given, nor say well that it is taken. */
async function usablePort(wanted: number): Promise<number> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(wanted, HOST, resolve));
  } catch {
    throw new ConfigError('HOLDFAST_METRICS_PORT', `port ${wanted} on ${HOST} can't be opened`, 'Give another one, or 0 for any: each process needs its own');
  }
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Temporal's own messages go to the log from `warn` upwards; they hold ids and names. */
function quiet(logger: Logger): TemporalLogger {
  const nothing = (): void => undefined;
  const metaOf = (meta?: Record<string, unknown>) => ({ workflowId: meta?.['workflowId'], activityType: meta?.['activityType'], error: meta?.['error'] ? describeError(meta['error']).type : undefined });
  return {
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn: (message, meta) => logger.warn(metaOf(meta as Record<string, unknown>), message),
    error: (message, meta) => logger.error(metaOf(meta as Record<string, unknown>), message),
    log: nothing,
  };
}
