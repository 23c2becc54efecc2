import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { SetupError } from '#bootstrap/setup-error';
import { PROJECT_ROOT } from '../../config/project-root.js';
import { registerSearchAttributes } from '../../temporal/search-attributes.js';
import { runCommand } from '../setup/command.js';
import type { TemporalClusterTools } from '../setup/temporal-cluster-tools.js';
import { freePort, isPortFree } from './ports.js';
import { unprivileged } from './unprivileged.js';

type Command = { readonly command: string; readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> };

export type TemporalCluster = {
  /** host:port */
  address: string;
  /** Its databases, as a role that may do anything. */
  databases: { main: string; visibility: string };
  postgres: Command;
  server: Command;
  postgresAnswers(): Promise<boolean>;
  /** Once Postgres runs: makes the databases and their schema. */
  makeSchema(): Promise<void>;
  /** Once the server runs: makes the namespace `default` with its search attributes. Throws while it does not answer. */
  makeNamespace(): Promise<void>;
};

const DATABASES = { temporal: 'temporal', visibility: 'temporal_visibility' } as const;
const SHARDS = 4;
const DYNAMIC_CONFIG = 'infra/containers/temporal/dynamic-config.yaml';

/**
 * Temporal's production server on a Postgres of its own below `folder`, with the dynamic configuration that the
 * containers ship; processes that whoever asks starts and kills. Loopback only, and nobody's data but a measurement's.
 */
export async function temporalCluster(tools: TemporalClusterTools, folder: string): Promise<TemporalCluster> {
  const data = join(folder, 'temporal-postgres');
  mkdirSync(folder, { recursive: true });
  const as = await unprivileged(data);
  const port = await freePort();
  const wrap = (program: string, args: string[]): Command => {
    const [command = '', ...rest] = [...as.prefix, join(tools.postgres.bin, program), ...args];
    return { command, args: rest, env: tools.postgres.env };
  };
  const init = wrap('initdb', ['-D', data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C']);
  if (!existsSync(data)) await must(init);
  const postgres = wrap('postgres', ['-D', data, '-c', `port=${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200', '-c', 'shared_buffers=128MB']);
  const config = join(folder, 'temporal-config');
  mkdirSync(config, { recursive: true });
  cpSync(join(PROJECT_ROOT, DYNAMIC_CONFIG), join(config, 'dynamic-config.yaml'));
  const ports = await lowPorts(9);
  writeFileSync(join(config, 'development.yaml'), configuration(port, ports, join(config, 'dynamic-config.yaml')));
  const address = `127.0.0.1:${ports[0]}`;
  const url = (database: string): string => `postgres://postgres@127.0.0.1:${port}/${database}`;
  return {
    address,
    databases: { main: url(DATABASES.temporal), visibility: url(DATABASES.visibility) },
    postgres,
    server: { command: tools.server, args: ['--root', folder, '--config', 'temporal-config', '--env', 'development', '--allow-no-auth', 'start'], env: {} },
    postgresAnswers: () => asAdmin(port, (client) => client.query('select 1')).then(() => true, () => false),
    async makeSchema() {
      for (const [versions, database] of Object.entries(DATABASES)) {
        await asAdmin(port, (client) => client.query(`create database ${database}`));
        const sql = ['--plugin', 'postgres12', '--ep', '127.0.0.1', '-p', String(port), '-u', 'postgres', '--db', database];
        await must({ command: tools.sql, args: [...sql, 'setup-schema', '-v', '0.0'], env: {} });
        await must({ command: tools.sql, args: [...sql, 'update-schema', '-d', join(tools.schema, versions, 'versioned')], env: {} });
      }
    },
    makeNamespace: () => makeNamespace(address),
  };
}

/** Its table of members has 16 bits with a sign for a port. */
const HIGHEST_PORT = 32_767;
const LOWEST_PORT = 20_000;

async function lowPorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    if (!found.has(port) && (await isPortFree(port))) found.add(port);
  }
  return [...found];
}

async function asAdmin(port: number, act: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await act(client);
  } finally {
    await client.end();
  }
}

async function makeNamespace(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    const namespace = 'default';
    await connection.workflowService.describeNamespace({ namespace }).catch(() => connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 } as never }));
    await registerSearchAttributes(connection, namespace);
    await connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: 'ready' } });
  } finally {
    await connection.close();
  }
}

async function must({ command, args, env }: Command): Promise<void> {
  const { code, stdout, stderr } = await runCommand(command, args, { env: { ...process.env, ...env } });
  if (code !== 0) throw new SetupError(`${command} failed:\n${(stderr || stdout).trim().slice(-1_000)}`);
}

function configuration(postgresPort: number, ports: number[], dynamicConfig: string): string {
  const store = (database: string, connections: number): object => ({ sql: { pluginName: 'postgres12', databaseName: database, connectAddr: `127.0.0.1:${postgresPort}`, connectProtocol: 'tcp', user: 'postgres', password: '', maxConns: connections, maxIdleConns: connections, maxConnLifetime: '1h' } });
  const service = (grpcPort: number, membershipPort: number): object => ({ rpc: { grpcPort, membershipPort, bindOnLocalHost: true } });
  const [frontend, frontendMembers, matching, matchingMembers, history, historyMembers, worker, workerMembers, metrics] = ports as [number, number, number, number, number, number, number, number, number];
  // JSON is YAML.
  return JSON.stringify({
    log: { stdout: true, level: 'warn' },
    persistence: { defaultStore: 'main', visibilityStore: 'visibility', numHistoryShards: SHARDS, datastores: { main: store(DATABASES.temporal, 20), visibility: store(DATABASES.visibility, 4) } },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' }, metrics: { prometheus: { framework: 'tally', timerType: 'histogram', listenAddress: `127.0.0.1:${metrics}` } } },
    services: { frontend: service(frontend, frontendMembers), matching: service(matching, matchingMembers), history: service(history, historyMembers), worker: service(worker, workerMembers) },
    clusterMetadata: { enableGlobalNamespace: false, failoverVersionIncrement: 10, masterClusterName: 'active', currentClusterName: 'active', clusterInformation: { active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `127.0.0.1:${frontend}` } } },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfig, pollInterval: '60s' },
  });
}
