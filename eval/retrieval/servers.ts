import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadStackConfig, type RuntimeKind } from '#platform';
import { EMBEDDED_EMBED_MODEL, freePort, postgresBinaries, ProcessSet, runtimeFiles, startPostgres, startRuntime, TOOLS_DIR } from '#platform/stack';

export type EmbedServer = { kind: RuntimeKind; url: string; model: string };
export type Servers = { databaseUrl: string; embed: EmbedServer; stop(): Promise<void> };

/**
 * A Postgres of the evaluation's own, with a folder that goes away with it, and what embeds: a configured runtime
 * (HOLDFAST_EMBED_URL or HOLDFAST_RUNTIME_URL, with HOLDFAST_EMBED_MODEL), else the embedded one.
 */
export async function startServers(): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-eval-'));
  const report = (message: string): void => console.error(`• ${message}`);
  const setup = { toolsDir: TOOLS_DIR, report };
  const set = await ProcessSet.open(folder, report);
  const stop = async (): Promise<void> => {
    await set.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const postgres = await startPostgres(set, await postgresBinaries(setup), { port: await freePort(), fsync: false });
    return { databaseUrl: postgres.url, embed: await embedServer(set, setup, folder), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What embeds: a configured runtime, else the embedded one as a process of `set`. */
export async function embedServer(set: ProcessSet, setup: { toolsDir: string; report(message: string): void }, dataDir: string): Promise<EmbedServer> {
  const config = { ...loadStackConfig(process.env), dataDir };
  const url = config.embedUrl ?? config.runtimeUrl;
  if (url && config.embedModel) return { kind: config.runtime ?? 'ollama', url, model: config.embedModel };
  return { kind: 'embedded', url: await startRuntime(set, config, await runtimeFiles(setup, config, false), await freePort()), model: config.embedModel ?? EMBEDDED_EMBED_MODEL };
}
