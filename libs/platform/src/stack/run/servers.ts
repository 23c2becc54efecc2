import { postgresBinaries } from '../setup/postgres-binaries.js';
import { temporalCli } from '../setup/temporal-binaries.js';
import { type Report, TOOLS_DIR } from '../setup/tools.js';
import { freePort } from './ports.js';
import { startPostgres } from './postgres-server.js';
import { ProcessSet } from './process-set.js';
import { registerSearchAttributes } from './search-attributes.js';
import { startTemporal } from './temporal-server.js';

export interface Servers {
  /** As the application's role. */
  readonly databaseUrl: string;
  /** As the superuser. */
  readonly adminUrl: string;
  /** host:port; the namespace is `default`. */
  readonly temporalAddress: string;
  /** By part, for those who kill one to see it return. */
  pids(): Record<string, number | undefined>;
  stop(): Promise<void>;
}

const NAMESPACE = 'default';

/** Postgres and Temporal alone, on free ports, for tests and measurements. */
export async function startServers(options: { dataDir: string; fsync: boolean; report: Report }): Promise<Servers> {
  const { dataDir, fsync, report } = options;
  const setup = { toolsDir: TOOLS_DIR, report };
  const [binaries, cli] = await Promise.all([postgresBinaries(setup), temporalCli(setup)]);
  const set = await ProcessSet.open(dataDir, report);
  try {
    const postgres = await startPostgres(set, binaries, { port: await freePort(), fsync });
    const temporal = await startTemporal(set, cli, { port: await freePort(), uiPort: undefined, namespace: NAMESPACE });
    await registerSearchAttributes(temporal.address, NAMESPACE);
    return { databaseUrl: postgres.url, adminUrl: postgres.adminUrl, temporalAddress: temporal.address, pids: () => set.pids(), stop: () => set.stop() };
  } catch (error) {
    await set.stop();
    throw error;
  }
}
