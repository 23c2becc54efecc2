import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServers as startBoth, TEMPORAL_PRAGMAS, TEMPORAL_SETTINGS } from '#platform/stack';

export type Servers = { databaseUrl: string; temporalAddress: string; folder: string; settings: string; stop(): Promise<void> };

/** A Postgres and a Temporal of the benchmark's own, on free ports and with a folder that goes away with them. */
export async function startServers(temporal: 'dev' | 'postgres' = 'dev'): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const servers = await startBoth({ dataDir: folder, fsync: true, temporal, report: (message) => console.error(`• ${message}`) });
  return {
    databaseUrl: servers.databaseUrl,
    temporalAddress: servers.temporalAddress,
    folder,
    settings: temporal === 'postgres' ? 'production server on Postgres, 4 shards, matching.enableFairness=true' : [...TEMPORAL_SETTINGS, ...TEMPORAL_PRAGMAS.map((pragma) => `sqlite ${pragma}`)].join(', '),
    async stop() {
      await servers.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
