import type { RuntimesConfig } from '#platform';
import { createRuntime, type Runtime } from './runtime.js';

/** Every configured runtime by its id; the first is the one of HOLDFAST_RUNTIME_URL. */
export function createRuntimes(config: RuntimesConfig): ReadonlyMap<string, Runtime> {
  return new Map(
    config.runtimes.map(({ id, kind, url, apiKey }) => [
      id,
      createRuntime({ id, kind, url, model: config.model, embedModel: config.embedModel, allowedHosts: config.runtimeHosts, ...(apiKey && { apiKey }) }),
    ]),
  );
}

/** The runtime that agents use where nothing routes them elsewhere. */
export const createDefaultRuntime = (config: RuntimesConfig): Runtime => createRuntimes(config).get(config.runtime)!;

/** The runtime that embeds: the default one, or a server of its own. */
export function createEmbedder(config: RuntimesConfig): Runtime {
  if (config.embedUrl === config.runtimeUrl) return createDefaultRuntime(config);
  return createRuntime({ kind: config.runtime, url: config.embedUrl, model: config.model, embedModel: config.embedModel, allowedHosts: config.runtimeHosts });
}
