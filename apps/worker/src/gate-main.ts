import { NativeConnection } from '@temporalio/worker';
import { RunCache } from '#activities';
import { createSearch } from '#corpus';
import { createDefaultRuntime, createEmbedder } from '#models';
import { ConfigError, createDataConverter, createLogger, loadConfig, temporalConnection } from '#platform';
import { configuredRunKeys, createNotifier, createPool, useRunKeys } from '#store';
import { loadAgents } from './agents.js';
import { trustedRuntimes } from './trusted-runtimes.js';
import { createGates } from './gates.js';
import { openModelGate } from './model-gate.js';
import { observeRuntime } from './telemetry/observe-runtime.js';
import { observing, openTelemetry } from './telemetry/telemetry.js';
import { watchQueues } from './telemetry/watch-queues.js';
import { workerOptions } from './workers.js';

/**
 * A gate alone, for a machine that has a runtime and nothing else: `HOLDFAST_GATES` names the runtimes that it serves.
 * It needs Postgres and Temporal, and no other process knows of it.
 */
async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger(config, 'gate');
  const telemetry = await openTelemetry(config, 'gate', logger);
  const pool = createPool(config.databaseUrl, { max: 10, name: 'holdfast-gate' });
  const notifier = createNotifier(pool);
  const embedder = observeRuntime(createEmbedder(config), telemetry);
  const deps = {
    pool, notifier, runtime: observeRuntime(createDefaultRuntime(config), telemetry), gate: await openModelGate(config, pool, logger, telemetry), embedder, agents: loadAgents({ probe: process.env['HOLDFAST_PROBE_AGENT'] === '1', config }),
    maySeeSensitive: trustedRuntimes(config), model: config.model, contextTokens: config.contextTokens, search: createSearch(pool, embedder), logger, cache: new RunCache(config.contextTokens),
  };
  const connection = await NativeConnection.connect(temporalConnection(config));
  useRunKeys(configuredRunKeys(config));
  const shared = { connection, namespace: config.temporalNamespace, dataConverter: createDataConverter(config), ...workerOptions(config), ...observing(telemetry) };
  const gates = await createGates(deps, shared, config.gates);
  const running = gates.run();
  const { meters } = telemetry;
  const unwatch = meters ? watchQueues({ connection, namespace: config.temporalNamespace, gate: deps.gate, meters, logger, serves: config.gates, queues: () => gates.queues().map((queue) => ({ queue, kind: 'activity' as const })) }) : undefined;
  console.log('gate ready');
  await running;
  unwatch?.();
  await connection.close();
  notifier.close();
  await Promise.all([pool.end(), telemetry.tracing?.close()]);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
