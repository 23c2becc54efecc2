import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackConfig } from '../../config/config.js';
import { PROJECT_ROOT } from '../../config/project-root.js';
import { type Report, TOOLS_DIR } from '../setup/tools.js';
import { type Guard, startGuard } from './guard.js';
import { chooseRuntime } from './model-runtime.js';
import { choosePort } from './ports.js';
import { startPostgres } from './postgres.js';
import { SupervisedPart } from './supervised.js';
import { startTemporal } from './temporal.js';

export type StackPorts = { temporal: number; ui: number; postgres: number };

export type RunningStack = {
  apiUrl: string;
  temporalUiUrl: string | null;
  /** What was chosen as model runtime, for the person who starts the stack. */
  runtimeNote: string;
  /** The configuration that its parts run with. */
  env: Record<string, string>;
  /** Process ids by part, for tests that kill one. */
  pids(): Record<string, number | undefined>;
  stop(): Promise<void>;
};

/**
 * Starts the whole stack on this machine: Postgres, Temporal and a model runtime where none is configured, then the API
 * and a worker. Each part is a process of its own and is started again when it ends; `stop` ends them in order.
 */
export async function startStack(config: StackConfig, ports: StackPorts, report: Report, options: { probe?: boolean } = {}): Promise<RunningStack> {
  const { dataDir } = config;
  mkdirSync(join(dataDir, 'logs'), { recursive: true });
  const guard = startGuard();
  const parts: SupervisedPart[] = [];
  const setup = { toolsDir: TOOLS_DIR, report };
  const shared = { dataDir, guard, onRestart: (name: string) => report(`${name} ended unexpectedly; starting it again`) };
  const stop = async (): Promise<void> => {
    for (const part of [...parts].reverse()) await part.stop();
    guard.release();
  };
  try {
    const env: Record<string, string> = { HOLDFAST_DATA_DIR: dataDir, HOLDFAST_HOST: config.host, TEMPORAL_NAMESPACE: config.temporalNamespace, ...(options.probe ? { HOLDFAST_PROBE_AGENT: '1' } : {}) };
    env['HOLDFAST_PORT'] = String(await choosePort(config.port, '--port'));
    env['HOLDFAST_PAYLOAD_KEY_FILE'] = config.payloadKeyFile ?? ownKey(dataDir);
    env['DATABASE_URL'] = config.databaseUrl ?? (await database(setup, ports, shared, parts));
    if (config.temporalAddress) env['TEMPORAL_ADDRESS'] = config.temporalAddress;
    else Object.assign(env, await temporal(setup, config, ports, shared, parts));
    if (config.temporalUiUrl) env['HOLDFAST_TEMPORAL_UI_URL'] = config.temporalUiUrl;
    const runtime = await chooseRuntime(setup, config, shared);
    if (runtime.part) parts.push(runtime.part);
    Object.assign(env, runtime.env);
    report('Starting the API and a worker');
    parts.push(await ownPart('worker', env, shared, /worker ready/));
    parts.push(await ownPart('api', env, shared, /api ready on/));
    return {
      apiUrl: `http://127.0.0.1:${env['HOLDFAST_PORT']}`,
      temporalUiUrl: env['HOLDFAST_TEMPORAL_UI_URL'] ?? null,
      runtimeNote: runtime.note,
      env,
      pids: () => Object.fromEntries(parts.map((p) => [p.name, p.pid])),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Shared = { dataDir: string; guard: Guard; onRestart(name: string): void };

async function database(setup: { toolsDir: string; report: Report }, ports: StackPorts, shared: Shared, parts: SupervisedPart[]): Promise<string> {
  setup.report('Starting Postgres');
  const { url, part } = await startPostgres(setup, { ...shared, port: await choosePort(ports.postgres, '--postgres-port') });
  parts.push(part);
  return url;
}

async function temporal(setup: { toolsDir: string; report: Report }, config: StackConfig, ports: StackPorts, shared: Shared, parts: SupervisedPart[]): Promise<Record<string, string>> {
  setup.report('Starting Temporal');
  const [port, uiPort] = [await choosePort(ports.temporal, '--temporal-port'), await choosePort(ports.ui, '--ui-port')];
  const { address, uiUrl, part } = await startTemporal(setup, { ...shared, port, uiPort, namespace: config.temporalNamespace });
  parts.push(part);
  return { TEMPORAL_ADDRESS: address, HOLDFAST_TEMPORAL_UI_URL: uiUrl };
}

async function ownPart(name: 'api' | 'worker', env: Record<string, string>, shared: Shared, ready: RegExp): Promise<SupervisedPart> {
  return SupervisedPart.start({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', join(PROJECT_ROOT, `dist/apps/${name}/src/main.js`)],
    env,
    logFile: join(shared.dataDir, 'logs', `${name}.log`),
    pidFile: join(shared.dataDir, `${name}.pid`),
    stopSignal: 'SIGTERM',
    ready: (output) => ready.test(output),
    readyMs: 60_000,
    guard: shared.guard,
    onRestart: shared.onRestart,
  });
}

/** The key that this installation's Temporal payloads are encrypted with; made once. */
function ownKey(dataDir: string): string {
  const file = join(dataDir, 'payload.key');
  if (!existsSync(file)) writeFileSync(file, `local ${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  return file;
}
