import type { Config, Logger } from '#platform';
import { openTracing, type Tracing } from '#platform/telemetry';
import type { ApiMetrics } from './api-metrics.js';

/** What this process tells of itself; each part is null where it is not configured, and then nothing of it is loaded. */
export type Telemetry = { tracing: Tracing | null; metrics: ApiMetrics | null };
export const NO_TELEMETRY: Telemetry = { tracing: null, metrics: null };

export async function openTelemetry(config: Config, logger: Logger): Promise<Telemetry> {
  const metrics = config.metricsPort === undefined ? null : await (await import('./api-metrics.js')).openApiMetrics();
  return { tracing: await openTracing(config, 'api', logger), metrics };
}

export async function closeTelemetry({ tracing, metrics }: Telemetry): Promise<void> {
  await Promise.all([tracing?.close(), metrics?.close()]);
}
