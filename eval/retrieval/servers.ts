import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, postgresBinaries, ProcessSet, startPostgres, TOOLS_DIR } from '#platform/stack';
import { embedServer, type EmbedServer } from '../../bench/embed-server.js';

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
