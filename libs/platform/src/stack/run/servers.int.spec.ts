import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { PROJECT_ROOT } from '../../config/project-root.js';
import { groupLives } from './process-group.js';
import { type Servers, startServers } from './servers.js';

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end().catch(() => {});
  }
}

async function eventually<T>(ask: () => Promise<T>, ms = 20_000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

describe('servers under supervision', () => {
  let dataDir: string;
  let servers: Servers;
  const said: string[] = [];
  const report = (message: string): void => void said.push(message);

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'holdfast-servers-'));
    servers = await startServers({ dataDir, fsync: true, report });
  }, 60_000);
  afterAll(async () => {
    await servers.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  it('refuses a second stack over the same data folder', async () => {
    await expect(startServers({ dataDir, fsync: true, report })).rejects.toThrow(`in use by process ${process.pid}`);
  });

  it('brings Postgres back after SIGKILL with all that was acknowledged', async () => {
    await query(servers.databaseUrl, 'CREATE TABLE kept AS SELECT generate_series(1, 100) AS n');
    process.kill(servers.pids()['postgres']!, 'SIGKILL');
    const rows = await eventually(() => query(servers.databaseUrl, 'SELECT count(*)::int AS n FROM kept'));
    expect(rows).toEqual([{ n: 100 }]);
    expect(said).toContainEqual(expect.stringContaining('postgres ended unexpectedly'));
  }, 60_000);

  it('brings Temporal back after SIGKILL, three times, with the workflows it had accepted', async () => {
    const start = async (workflowId: string) => {
      const connection = await Connection.connect({ address: servers.temporalAddress, connectTimeout: 1_000 });
      try {
        await new Client({ connection }).workflow.start('nobodyRunsThis', { workflowId, taskQueue: 'nobody-polls-this', args: [] });
      } finally {
        await connection.close();
      }
    };
    for (const trial of [1, 2, 3]) {
      await eventually(() => start(`before-kill-${trial}`));
      const killed = servers.pids()['temporal'];
      process.kill(killed!, 'SIGKILL');
      await eventually(async () => {
        if (servers.pids()['temporal'] === undefined || servers.pids()['temporal'] === killed) throw new Error('not back yet');
      });
      const connection = await eventually(() => Connection.connect({ address: servers.temporalAddress, connectTimeout: 1_000 }));
      for (const earlier of [1, 2, 3].slice(0, trial)) {
        const description = await eventually(() => new Client({ connection }).workflow.getHandle(`before-kill-${earlier}`).describe());
        expect(description.status.name).toBe('RUNNING');
      }
      await connection.close();
    }
  }, 120_000);
});

describe('a supervisor that is killed', () => {
  let dataDir: string;
  beforeAll(() => void (dataDir = mkdtempSync(join(tmpdir(), 'holdfast-orphans-'))));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  const supervise = async () => {
    const loader = join(PROJECT_ROOT, 'test/setup/source-loader.mjs');
    const program = `
      const { startServers } = await import(${JSON.stringify(join(PROJECT_ROOT, 'libs/platform/src/stack/index.ts'))});
      const servers = await startServers({ dataDir: ${JSON.stringify(dataDir)}, fsync: true, report: () => {} });
      console.log(JSON.stringify(servers.pids()));
      setInterval(() => {}, 1000);`;
    const supervisor = spawn(process.execPath, ['--import', loader, '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(supervisor.stdout, 'data')) as [Buffer];
    return { supervisor, pids: Object.values(JSON.parse(line.toString()) as Record<string, number>) };
  };

  it('leaves nothing running, and its data folder can be used again', async () => {
    for (let round = 0; round < 2; round += 1) {
      const { supervisor, pids } = await supervise();
      expect(pids).toHaveLength(2);
      supervisor.kill('SIGKILL');
      await eventually(async () => {
        if (pids.some(groupLives)) throw new Error('servers still run');
      });
    }
  }, 90_000);
});
