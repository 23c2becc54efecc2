import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { agentContracts } from '#agents/registry';
import type { AgentContract } from '#contracts';
import { loadMcpTools, withOutsideTools } from '#mcp';
import { type Config, ConfigError, createLogger, loadConfig } from '#platform';
import { createApi } from './app.js';
import { warnWhereUnguarded } from './auth/row-security.js';
import { makeFirstKey } from './keys/first-key.js';
import { migrateUntilDone } from './migrate-until-done.js';
import { closeTelemetry, openTelemetry } from './telemetry/telemetry.js';

const GRACE_MS = 5_000;

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger(config, 'api');
  const stopping = new AbortController();
  await migrateUntilDone(config.databaseUrl, logger, stopping.signal, async () => {
    await warnWhereUnguarded(config, logger);
    await makeFirstKey(config, logger);
  });
  const telemetry = await openTelemetry(config, logger);
  const app = await createApi({ config, logger, telemetry, agents: agentsOf(config) });
  await listen(app, config);
  const { port } = app.getHttpServer().address() as AddressInfo;
  console.log(`api ready on http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`);
  const stop = (): void => {
    stopping.abort();
    void close(app)
      .finally(() => closeTelemetry(telemetry))
      .finally(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
}

/** What workers serve, tools of MCP servers included. */
function agentsOf({ mcpFile, mcpHosts }: Config): AgentContract[] {
  const own = agentContracts({ probe: process.env['HOLDFAST_PROBE_AGENT'] === '1' });
  const mcp = mcpFile === undefined ? null : loadMcpTools(mcpFile, mcpHosts);
  return mcp ? own.map((contract) => withOutsideTools(contract, mcp)) : own;
}

/** Answers what is under way, for a while. */
async function close(app: NestExpressApplication): Promise<void> {
  setTimeout(() => app.getHttpServer().closeAllConnections(), GRACE_MS).unref();
  await app.close();
}

async function listen(app: NestExpressApplication, config: Config): Promise<void> {
  try {
    await app.listen(config.port, config.host);
  } catch (error) {
    await app.close();
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new ConfigError('HOLDFAST_PORT', `port ${config.port} on ${config.host} is taken by another program`, 'Give another one with HOLDFAST_PORT or --port (0 picks a free one)');
    if (code === 'EACCES') throw new ConfigError('HOLDFAST_PORT', `port ${config.port} on ${config.host} may not be opened by this user`, 'Give one above 1023 with HOLDFAST_PORT or --port');
    throw error;
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
