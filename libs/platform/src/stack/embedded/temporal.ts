import { createConnection } from 'node:net';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '#contracts';
import { SetupError } from '#bootstrap/setup-error';
import { temporalCli } from '../setup/temporal-binaries.js';
import type { Setup } from '../setup/tools.js';
import { type PartSpec, SupervisedPart } from './supervised.js';

/**
 * At its defaults the dev server admits 20 activities a second on its one shard, whatever they cost; fairness makes
 * tenants take turns at a gate.
 */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.visibilityProcessorMaxPollRPS=2000',
  'matching.enableFairness=true',
];
const SQLITE = ['journal_mode=wal', 'synchronous=normal'];

/** What the dev server is started with, for a benchmark to print. */
export const TEMPORAL_SETTINGS = [...DYNAMIC_CONFIG, ...SQLITE.map((s) => `sqlite ${s}`)].join(', ');

/** Temporal's dev server with its Web UI on 127.0.0.1 and its database in `<dataDir>/temporal.db`. */
export async function startTemporal(setup: Setup, options: { dataDir: string; port: number; uiPort: number; namespace: string } & Pick<PartSpec, 'guard' | 'onRestart'>): Promise<{ address: string; uiUrl: string; part: SupervisedPart }> {
  const address = `127.0.0.1:${options.port}`;
  const part = await SupervisedPart.start({
    name: 'temporal',
    command: await temporalCli(setup),
    args: [
      'server', 'start-dev', '--ip', '127.0.0.1', '--port', String(options.port), '--ui-port', String(options.uiPort), '--ui-ip', '127.0.0.1',
      '--db-filename', join(options.dataDir, 'temporal.db'), '--log-level', 'error', '--namespace', options.namespace,
      ...DYNAMIC_CONFIG.flatMap((v) => ['--dynamic-config-value', v]), ...SQLITE.flatMap((v) => ['--sqlite-pragma', v]),
    ],
    env: { TEMPORAL_CLI_DISABLE_UPDATE_CHECK: '1' },
    logFile: join(options.dataDir, 'logs', 'temporal.log'),
    pidFile: join(options.dataDir, 'temporal.pid'),
    stopSignal: 'SIGINT',
    ready: () => serves(address, options.port, options.namespace),
    readyMs: 60_000,
    guard: options.guard,
    onRestart: options.onRestart,
  });
  await registerSearchAttributes(address, options.namespace);
  return { address, uiUrl: `http://127.0.0.1:${options.uiPort}`, part };
}

async function serves(address: string, port: number, namespace: string): Promise<boolean> {
  if (!(await accepts(port))) return false;
  try {
    const connection = await Connection.connect({ address, connectTimeout: 2_000 });
    try {
      await connection.workflowService.describeNamespace({ namespace });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

// As the server's API numbers the types.
const TYPE_NUMBERS = { KEYWORD: 2, INT: 3 } as const;

/**
 * Adds the search attributes that are missing. Registering one again with another type is answered with OK and changes
 * nothing, so the types are compared.
 * @throws SetupError where one exists with another type.
 */
export async function registerSearchAttributes(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const wanted = Object.fromEntries(Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, TYPE_NUMBERS[type]]));
    const missing = Object.fromEntries(Object.entries(wanted).filter(([name]) => customAttributes?.[name] === undefined || customAttributes[name] === null));
    const other = Object.keys(wanted).filter((name) => !(name in missing) && customAttributes![name] !== wanted[name]);
    if (other.length) throw new SetupError(`Temporal has the search attribute ${other.join(', ')} with another type. Remove it (temporal operator search-attribute remove) or use another namespace.`);
    if (Object.keys(missing).length) await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
  } finally {
    await connection.close();
  }
}
