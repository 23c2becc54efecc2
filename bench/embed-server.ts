import { loadStackConfig, type RuntimeKind } from '#platform';
import { EMBEDDED_EMBED_MODEL, freePort, type ProcessSet, runtimeFiles, startRuntime } from '#platform/stack';

export type EmbedServer = { kind: RuntimeKind; url: string; model: string };

/** What embeds: a configured runtime, else the embedded one as a process of `set`. */
export async function embedServer(set: ProcessSet, setup: { toolsDir: string; report(message: string): void }, dataDir: string): Promise<EmbedServer> {
  const config = { ...loadStackConfig(process.env), dataDir };
  const url = config.embedUrl ?? config.runtimeUrl;
  if (url && config.embedModel) return { kind: config.runtime ?? 'ollama', url, model: config.embedModel };
  return { kind: 'embedded', url: await startRuntime(set, config, await runtimeFiles(setup, config, false), await freePort()), model: config.embedModel ?? EMBEDDED_EMBED_MODEL };
}
