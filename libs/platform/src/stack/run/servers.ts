import { SetupError } from '#bootstrap/setup-error';
import { postgresBinaries } from '../setup/postgres-binaries.js';
import { temporalCli } from '../setup/temporal-binaries.js';
import { type Report, TOOLS_DIR } from '../setup/tools.js';
import { type TemporalClusterTools, temporalClusterTools } from '../setup/temporal-cluster-tools.js';
import { ManagedProcess } from './managed-process.js';
import { freePort } from './ports.js';
import { startPostgres } from './postgres-server.js';
import { ProcessSet } from './process-set.js';
import { registerSearchAttributes } from './search-attributes.js';
import { STOP_ORDER } from './stop-order.js';
import { temporalCluster, type TemporalCluster } from './temporal-cluster.js';
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
export async function startServers(options: { dataDir: string; fsync: boolean; report: Report; /** `postgres`: Temporal's production server, on a Postgres of its own. */ temporal?: 'dev' | 'postgres' }): Promise<Servers> {
  const { dataDir, fsync, report } = options;
  const setup = { toolsDir: TOOLS_DIR, report };
  const [binaries, cli] = await Promise.all([postgresBinaries(setup), temporalCli(setup)]);
  const tools = options.temporal === 'postgres' ? await temporalClusterTools(setup) : null;
  if (tools && 'missing' in tools) throw new SetupError(`Temporal's server on Postgres can't be had: ${tools.missing}.`);
  const set = await ProcessSet.open(dataDir, report);
  try {
    const postgres = await startPostgres(set, binaries, { port: await freePort(), fsync });
    const temporal = tools ? await startCluster(set, tools, dataDir) : await startTemporal(set, cli, { port: await freePort(), uiPort: undefined, namespace: NAMESPACE });
    await registerSearchAttributes({ address: temporal.address }, NAMESPACE);
    return { databaseUrl: postgres.url, adminUrl: postgres.adminUrl, temporalAddress: temporal.address, pids: () => set.pids(), stop: () => set.stop() };
  } catch (error) {
    await set.stop();
    throw error;
  }
}

async function startCluster(set: ProcessSet, tools: TemporalClusterTools, folder: string): Promise<{ address: string }> {
  const cluster = await temporalCluster(tools, folder);
  const start = async (name: string, command: TemporalCluster['server'], stopSignal: NodeJS.Signals, stopOrder: number, ready: () => Promise<boolean>): Promise<void> => {
    const process = new ManagedProcess({ name, ...command, stopSignal, stopGraceMs: 20_000, ready, readyTimeoutMs: 90_000 }, set.supervision);
    set.add(process, stopOrder);
    await process.start();
  };
  await start('temporal-postgres', cluster.postgres, 'SIGINT', STOP_ORDER.postgres, () => cluster.postgresAnswers());
  await cluster.makeSchema();
  await start('temporal', cluster.server, 'SIGTERM', STOP_ORDER.temporal, () => cluster.makeNamespace().then(() => true, () => false));
  return { address: cluster.address };
}
