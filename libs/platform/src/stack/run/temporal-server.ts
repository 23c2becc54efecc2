import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { ManagedProcess } from './managed-process.js';
import type { ProcessSet } from './process-set.js';
import { STOP_ORDER } from './stop-order.js';

export interface TemporalOptions {
  readonly port: number;
  /** Undefined: without the Web UI. */
  readonly uiPort: number | undefined;
  readonly namespace: string;
  /** Where the Web UI has payloads decoded: an address below which there are /encode and /decode. */
  readonly codecEndpoint?: string;
}

export interface TemporalServer {
  /** host:port */
  readonly address: string;
  readonly uiUrl: string | undefined;
}

/**
 * At their default of 20 the server admits 20 tasks a second on its one shard, whatever they cost. Fairness is what
 * keeps one tenant's batch from starving another's run. With one partition a queue, priorities are kept strictly, and
 * a task meets its poller without being forwarded.
 */
export const TEMPORAL_SETTINGS = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.visibilityProcessorMaxPollRPS=2000',
  'matching.enableFairness=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
] as const;
/** The server would otherwise ask its makers for a newer version, once an hour. */
export const TEMPORAL_ENV = { TEMPORAL_VERSION_CHECK_DISABLED: '1' } as const;
export const TEMPORAL_PRAGMAS = ['journal_mode=wal', 'synchronous=normal'] as const;

const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 10_000;

/** Starts Temporal's dev server with its database at `<data>/temporal.db`. */
export async function startTemporal(set: ProcessSet, cli: string, options: TemporalOptions): Promise<TemporalServer> {
  const address = `127.0.0.1:${options.port}`;
  const process = new ManagedProcess(
    {
      name: 'temporal',
      command: cli,
      args: temporalArguments(set.supervision.dataDir, options),
      // The CLI would otherwise read, and write, its configuration in the home folder.
      env: { ...TEMPORAL_ENV, TEMPORAL_CONFIG_FILE: join(set.supervision.dataDir, 'temporal-cli.toml') },
      stopSignal: 'SIGTERM',
      stopGraceMs: STOP_GRACE_MS,
      ready: () => answers(address, options.namespace),
      readyTimeoutMs: READY_TIMEOUT_MS,
    },
    set.supervision,
  );
  set.add(process, STOP_ORDER.temporal);
  await process.start();
  return { address, uiUrl: options.uiPort === undefined ? undefined : `http://127.0.0.1:${options.uiPort}` };
}

function temporalArguments(dataDir: string, { port, uiPort, namespace, codecEndpoint }: TemporalOptions): string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace],
    ...['--db-filename', join(dataDir, 'temporal.db'), '--log-level', 'warn'],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch', ...(codecEndpoint === undefined ? [] : ['--ui-codec-endpoint', codecEndpoint])]),
    ...TEMPORAL_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...TEMPORAL_SETTINGS.flatMap((setting) => ['--dynamic-config-value', setting]),
  ];
}

async function answers(address: string, namespace: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: 1_000 });
    await connection.workflowService.describeNamespace({ namespace });
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}
