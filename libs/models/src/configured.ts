import type { RuntimesConfig } from '#platform';
import { createRuntime, type Runtime } from './runtime.js';

/** Every configured runtime by its id; the first is the one of HOLDFAST_RUNTIME_URL. */
export function createRuntimes(config: RuntimesConfig): ReadonlyMap<string, Runtime> {
  return new Map(
    config.runtimes.map(({ id, kind, url, apiKey, ca }) => [
      id,
      createRuntime({ id, kind, url, model: config.model, embedModel: config.embedModel, allowedHosts: config.runtimeHosts, ...(apiKey && { apiKey }), ...(ca && { ca }) }),
    ]),
  );
}

/** The runtime that agents use where nothing routes them elsewhere. */
export const createDefaultRuntime = (config: RuntimesConfig): Runtime => createRuntimes(config).get(config.runtime)!;

/** The runtime that embeds: the one that the role `embed` names, a server of its own, or the default one. */
export function createEmbedder(config: RuntimesConfig): Runtime {
  const [route] = config.roles.embed;
  const isNamed = route && (route.runtimeId !== config.runtime || route.model !== config.embedModel);
  if (isNamed) return createRuntimes({ ...config, embedModel: route.model }).get(route.runtimeId)!;
  if (config.embedUrl === config.runtimeUrl) return createDefaultRuntime(config);
  return createRuntime({ kind: config.runtime, url: config.embedUrl, model: config.model, embedModel: config.embedModel, allowedHosts: config.runtimeHosts });
}
