import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startGuard, startPostgres, startTemporal, TEMPORAL_SETTINGS, TOOLS_DIR } from '#platform';

export type Servers = { databaseUrl: string; temporalAddress: string; folder: string; settings: string; stop(): Promise<void> };

/** A Postgres and a Temporal of the benchmark's own, on free ports and with a folder that goes away with them. */
export async function startServers(): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const guard = startGuard();
  const setup = { toolsDir: TOOLS_DIR, report: (message: string) => console.error(`• ${message}`) };
  const shared = { dataDir: folder, guard, onRestart: (name: string) => console.error(`• ${name} ended unexpectedly; the figures are worthless`) };
  const postgres = await startPostgres(setup, { ...shared, port: await freePort() });
  const temporal = await startTemporal(setup, { ...shared, port: await freePort(), uiPort: await freePort(), namespace: 'default' });
  return {
    databaseUrl: postgres.url,
    temporalAddress: temporal.address,
    folder,
    settings: TEMPORAL_SETTINGS,
    async stop() {
      await temporal.part.stop();
      await postgres.part.stop();
      guard.release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
