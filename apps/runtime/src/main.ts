import { readConfig } from './config.js';
import { routes } from './http/routes.js';
import { serve } from './http/server.js';
import { startModels } from './model/start-models.js';

/** The embedded model runtime: local GGUF files behind Ollama's native API, on loopback. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  // A dead model thread can't be repaired in here; the supervisor starts the process again.
  const models = await startModels(config, (error) => fail(error));
  const { server, url } = await serve(routes(models), config.port);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.close();
      server.closeAllConnections();
      process.exit(0);
    });
  }
  process.stdout.write(`runtime ready on ${url}\n`);
}

function fail(error: unknown): never {
  process.stderr.write(`runtime: ${startError(error)}\n`);
  process.exit(1);
}

function startError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const port = process.env['HOLDFAST_RUNTIME_PORT'];
  return 'code' in error && error.code === 'EADDRINUSE' ? `port ${port} is taken; set HOLDFAST_RUNTIME_PORT to another one, or to 0` : error.message;
}

main().catch(fail);
