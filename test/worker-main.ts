import { readFile } from 'node:fs/promises';
import { Runtime as TemporalRuntime } from '@temporalio/worker';
import { RunCache, soleGate } from '#activities';
import { loadAgents } from '#apps/worker/src/agents';
import { openOutsideTools } from '#apps/worker/src/outside-tools';
import { createWorkers } from '#apps/worker/src/workers';
import { createRuntime } from '#models';
import { createLogger, loadConfig } from '#platform';
import { createNotifier, createPool } from '#store';
import { hands } from './kill/hands.js';

/**
 * A worker on workflow code that was bundled once for the whole test run: it starts in a
 * second, which a test that kills it many times needs. `HOLDFAST_TEST_BUNDLE` names the bundle's file.
 */
const config = loadConfig(process.env);
const logger = createLogger(config, 'worker');
TemporalRuntime.install({ shutdownSignals: ['SIGINT', 'SIGTERM'] });
const pool = createPool(config.databaseUrl, { max: 20, name: 'holdfast-worker' });
const notifier = createNotifier(pool);
const runtime = createRuntime({ kind: config.runtime, url: config.runtimeUrl, model: config.model, embedModel: config.embedModel, allowedHosts: config.runtimeHosts });
const own = new Map([...loadAgents({ probe: true, config }), [hands.contract.name, hands]]);
const outside = config.mcpFile === undefined ? null : openOutsideTools({ file: config.mcpFile, hosts: config.mcpHosts, logger });
const workers = await createWorkers(
  config,
  {
    pool, notifier, runtime, gate: soleGate(runtime, config.model, config.modelSlots), embedder: runtime, agents: outside?.give(own) ?? own, model: config.model, contextTokens: config.contextTokens,
    search: async () => ({ hits: [], vectors: false }), logger, cache: new RunCache(config.contextTokens),
  },
  { code: await readFile(process.env['HOLDFAST_TEST_BUNDLE']!, 'utf8') },
);
const running = workers.run();
console.log('worker ready');
await running;
notifier.close();
await pool.end();
