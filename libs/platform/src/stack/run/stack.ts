import { join } from 'node:path';
import type { StackConfig } from '../../config/config.js';
import { PROJECT_ROOT } from '../../config/project-root.js';
import { postgresBinaries } from '../setup/postgres-binaries.js';
import { ensureBubblewrap } from '../setup/bubblewrap.js';
import { temporalCli } from '../setup/temporal-binaries.js';
import { type Report, type Setup, TOOLS_DIR } from '../setup/tools.js';
import { chooseRuntime, startChosenRuntime } from './choose-runtime.js';
import { checkDatabase } from './given-database.js';
import { temporalConnection } from '../../temporal/connection.js';
import { checkTemporal } from './given-temporal.js';
import { ManagedProcess } from './managed-process.js';
import { NODE_FLAGS } from './node-flags.js';
import { ownPayloadKey } from './payload-key.js';
import { resolvePort } from './ports.js';
import { startPostgres } from './postgres-server.js';
import { ProcessSet } from './process-set.js';
import { registerSearchAttributes } from './search-attributes.js';
import { STOP_ORDER } from './stop-order.js';
import { startTemporal } from './temporal-server.js';

/** Ports of the servers that the stack starts itself; 0 means any free one. The API's is in the configuration. */
export interface StackPorts {
  readonly temporal: number;
  readonly ui: number;
  readonly postgres: number;
}

export interface StackOptions {
  readonly config: StackConfig;
  readonly ports: StackPorts;
  readonly report: Report;
  /** More for the environment of the API and the worker. */
  readonly env?: Readonly<Record<string, string>>;
  /** Asks a start under way to give up and clean up after itself. */
  readonly signal?: AbortSignal;
}

export interface RunningStack {
  readonly apiUrl: string;
  readonly temporalUiUrl: string | undefined;
  /** What was chosen as model runtime, for the person who starts the stack. */
  readonly runtimeNote: string;
  /** The settings that its parts run with. */
  readonly env: Readonly<Record<string, string>>;
  /** By part, for those who kill one to see it return. */
  pids(): Record<string, number | undefined>;
  stop(): Promise<void>;
}

type Settings = Record<string, string>;

/**
 * Starts everything that isn't given: Postgres, Temporal, a model runtime; then the API and a worker. Each is a process
 * of its own, started again when it dies by itself.
 * @throws SetupError | ConfigError saying what to do; nothing is left running then
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const { config, report, signal } = options;
  const set = await ProcessSet.open(config.dataDir, report);
  try {
    const setup = { toolsDir: TOOLS_DIR, report };
    const port = await resolvePort({ port: config.port, service: 'the API', option: '--port' }, config.host);
    await ensureBubblewrap(setup);
    const choice = await chooseRuntime(setup, config);
    const settings: Settings = { ...stackSettings(config, port), ...choice.settings, ...options.env };
    const starts = [database(set, setup, options), temporal(set, setup, options, `http://127.0.0.1:${port}/v1/codec`), startChosenRuntime(set, config, choice)];
    Object.assign(settings, ...(await allOrFirstError(starts)));
    signal?.throwIfAborted();
    report('Starting the API and a worker');
    const [apiUrl] = await allOrFirstError([ownProcess(set, 'api', settings, /api ready on (http:\/\/[^\s"]+)/), ownProcess(set, 'worker', settings, /worker ready/)]);
    signal?.throwIfAborted();
    return { apiUrl: apiUrl!, temporalUiUrl: settings['HOLDFAST_TEMPORAL_UI_URL'], runtimeNote: choice.note, env: settings, pids: () => set.pids(), stop: () => set.stop() };
  } catch (error) {
    await set.stop();
    throw error;
  }
}

async function database(set: ProcessSet, setup: Setup, { config, ports, report }: StackOptions): Promise<Settings> {
  if (config.databaseUrl !== undefined) {
    const warning = await checkDatabase(config.databaseUrl);
    if (warning !== undefined) report(warning);
    return { DATABASE_URL: config.databaseUrl, DATABASE_DIRECT_URL: config.databaseDirectUrl ?? config.databaseUrl };
  }
  const binaries = await postgresBinaries(setup);
  const port = await resolvePort({ port: ports.postgres, service: 'Postgres', option: '--postgres-port' });
  report('Starting Postgres');
  const { url } = await startPostgres(set, binaries, { port, fsync: true });
  return { DATABASE_URL: url, DATABASE_DIRECT_URL: url };
}

async function temporal(set: ProcessSet, setup: Setup, { config, ports, report }: StackOptions, codecEndpoint: string): Promise<Settings> {
  const { temporalAddress: address, temporalUiUrl, temporalNamespace: namespace } = config;
  if (address !== undefined) {
    const given = temporalConnection({ ...config, temporalAddress: address });
    await checkTemporal(given, namespace);
    await registerSearchAttributes(given, namespace);
    return { TEMPORAL_ADDRESS: address, ...temporalSettings(config), ...(temporalUiUrl === undefined ? {} : { HOLDFAST_TEMPORAL_UI_URL: temporalUiUrl }) };
  }
  const cli = await temporalCli(setup);
  const port = await resolvePort({ port: ports.temporal, service: 'Temporal', option: '--temporal-port' });
  const uiPort = await resolvePort({ port: ports.ui, service: "Temporal's Web UI", option: '--ui-port' });
  report('Starting Temporal');
  const server = await startTemporal(set, cli, { port, uiPort, namespace, codecEndpoint });
  await registerSearchAttributes({ address: server.address }, namespace);
  return { TEMPORAL_ADDRESS: server.address, HOLDFAST_TEMPORAL_UI_URL: server.uiUrl! };
}

/** Of a Temporal that is given; they may stand in the data folder's file, and are passed on as one truth. */
function temporalSettings({ temporalTls: tls, temporalApiKeyFile }: StackConfig): Settings {
  const settings = { TEMPORAL_TLS: tls.enabled ? 'true' : undefined, TEMPORAL_TLS_CA_FILE: tls.caFile, TEMPORAL_TLS_CERT_FILE: tls.certFile, TEMPORAL_TLS_KEY_FILE: tls.keyFile, TEMPORAL_TLS_SERVER_NAME: tls.serverName, TEMPORAL_API_KEY_FILE: temporalApiKeyFile };
  return Object.fromEntries(Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function stackSettings(config: StackConfig, port: number): Settings {
  return {
    HOLDFAST_DATA_DIR: config.dataDir,
    HOLDFAST_HOST: config.host,
    HOLDFAST_PORT: String(port),
    TEMPORAL_NAMESPACE: config.temporalNamespace,
    HOLDFAST_PAYLOAD_KEY_FILE: config.payloadKeyFile ?? ownPayloadKey(config.dataDir),
  };
}

async function ownProcess(set: ProcessSet, name: 'api' | 'worker', env: Settings, ready: RegExp): Promise<string | undefined> {
  const server = new ManagedProcess(
    {
      name,
      command: process.execPath,
      args: [...NODE_FLAGS, join(PROJECT_ROOT, `dist/apps/${name}/src/main.js`)],
      env,
      stopSignal: 'SIGTERM',
      stopGraceMs: 20_000,
      ready,
      readyTimeoutMs: 90_000,
    },
    set.supervision,
  );
  set.add(server, STOP_ORDER[name]);
  return (await server.start())?.[1];
}

/** Waits for all to settle, so that nothing is still starting while what has started is being stopped. */
async function allOrFirstError<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.map((result) => (result as PromiseFulfilledResult<T>).value);
}
