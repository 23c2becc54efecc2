import { setTimeout as sleep } from 'node:timers/promises';
import { Runtime as TemporalRuntime } from '@temporalio/worker';
import { RunCache } from '#activities';
import { createSearch } from '#corpus';
import { createDefaultRuntime, createEmbedder } from '#models';
import { ConfigError, createLogger, describeError, loadConfig, type Logger } from '#platform';
import { createNotifier, createPool, migrate } from '#store';
import { loadAgents } from './agents.js';
import { loadBundle } from './bundle.js';
import { openModelGate } from './model-gate.js';
import { createWorkers } from './workers.js';

const RETRY_MS = 1_000;

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger(config, 'worker');
  TemporalRuntime.install({ shutdownSignals: ['SIGINT', 'SIGTERM'], logger: quiet(logger) });
  const [bundle] = await Promise.all([config.workerRoles.includes('workflows') ? loadBundle() : null, untilUp(logger, 'Postgres', () => migrate(config.databaseUrl))]);
  const pool = createPool(config.databaseUrl, { max: 20, name: 'holdfast-worker' });
  const notifier = createNotifier(pool);
  const runtime = createDefaultRuntime(config);
  const embedder = createEmbedder(config);
  const gate = await openModelGate(config, pool, logger);
  const workers = await untilUp(logger, 'Temporal', () =>
    createWorkers(
      config,
      { pool, notifier, runtime, gate, embedder, agents: loadAgents({ probe: process.env['HOLDFAST_PROBE_AGENT'] === '1', config }), model: config.model, contextTokens: config.contextTokens, search: createSearch(pool, embedder), logger, cache: new RunCache(config.contextTokens), consoleUrl: config.consoleUrl },
      bundle,
    ),
  );
  const running = workers.run();
  console.log('worker ready');
  await running;
  notifier.close();
  await pool.end();
}

/** Waits for a server that is not there yet: the supervisor starts all parts at once, and any may come back later. */
async function untilUp<T>(logger: Logger, what: string, connect: () => Promise<T>): Promise<T> {
  for (let told = false; ; told = true) {
    try {
      return await connect();
    } catch (error) {
      if (!isConnectionError(error)) throw error;
      if (!told) logger.warn({ error: describeError(error) }, `${what} does not answer yet; waiting for it`);
      await sleep(RETRY_MS);
    }
  }
}

function isConnectionError(error: unknown): boolean {
  const { code, name, cause, message } = error as { code?: string; name?: string; cause?: unknown; message?: string };
  if (code && /^(ECONN|EPIPE|ETIMEDOUT|57P0|08)/.test(code)) return true;
  if (name === 'TransportError' || /connect|Connection/.test(message ?? '')) return true;
  return cause ? isConnectionError(cause) : false;
}

/** Temporal's own messages go to the log from `warn` upwards; they hold ids and names. */
function quiet(logger: Logger) {
  const nothing = (): void => undefined;
  const metaOf = (meta?: Record<string, unknown>) => ({ workflowId: meta?.['workflowId'], activityType: meta?.['activityType'], error: meta?.['error'] ? describeError(meta['error']).type : undefined });
  return {
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn: (message: string, meta?: Record<string, unknown>) => logger.warn(metaOf(meta), message),
    error: (message: string, meta?: Record<string, unknown>) => logger.error(metaOf(meta), message),
    log: nothing,
  };
}

try {
  await main();
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
