import { setTimeout as sleep } from 'node:timers/promises';
import { RunCache } from '#activities';
import { createSearch } from '#corpus';
import { createDefaultRuntime, createEmbedder } from '#models';
import { ConfigError, createLogger, describeError, loadConfig, type Logger } from '#platform';
import { createNotifier, createPool, migrate } from '#store';
import { loadAgents } from './agents.js';
import { loadBundle } from './bundle.js';
import { openModelGate } from './model-gate.js';
import { openOutsideTools } from './outside-tools.js';
import { observeRuntime } from './telemetry/observe-runtime.js';
import { openTelemetry } from './telemetry/telemetry.js';
import { createWorkers } from './workers.js';

const RETRY_MS = 1_000;

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger(config, 'worker');
  const telemetry = await openTelemetry(config, 'worker', logger);
  const [bundle] = await Promise.all([config.workerRoles.includes('workflows') ? loadBundle() : null, untilUp(logger, 'Postgres', () => migrate(config.databaseUrl))]);
  const pool = createPool(config.databaseUrl, { max: 20, name: 'holdfast-worker' });
  const notifier = createNotifier(pool);
  const runtime = observeRuntime(createDefaultRuntime(config), telemetry);
  const embedder = observeRuntime(createEmbedder(config), telemetry);
  const gate = await openModelGate(config, pool, logger, telemetry);
  const outside = config.mcpFile === undefined ? null : openOutsideTools({ file: config.mcpFile, hosts: config.mcpHosts, logger });
  const own = loadAgents({ probe: process.env['HOLDFAST_PROBE_AGENT'] === '1', config });
  const workers = await untilUp(logger, 'Temporal', () =>
    createWorkers(
      config,
      { pool, notifier, runtime, gate, embedder, agents: outside?.give(own) ?? own, model: config.model, contextTokens: config.contextTokens, search: createSearch(pool, embedder), logger, cache: new RunCache(config.contextTokens), consoleUrl: config.consoleUrl },
      bundle,
      telemetry,
    ),
  );
  const running = workers.run();
  console.log('worker ready');
  await running;
  await outside?.close();
  notifier.close();
  await Promise.all([pool.end(), telemetry.tracing?.close()]);
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

try {
  await main();
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
