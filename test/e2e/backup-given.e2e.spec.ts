import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { PROJECT_ROOT } from '#platform';
import { temporalClusterTools } from '#platform/stack';
import { checkRun } from '../harness/check-run.js';
import { SETUP } from '../harness/setup.js';
import { Stack } from '../harness/stack.js';
import type { TemporalOnPostgres } from '../harness/temporal-on-postgres.js';

jest.setTimeout(240_000);

const tools = await temporalClusterTools(SETUP);
const suite = 'missing' in tools ? describe.skip : describe;

/** Postgres and a Temporal on Postgres that somebody else runs, backed up and restored by the commands that the runbook names. */
suite(`a backup of databases that are given${'missing' in tools ? ` (skipped: ${tools.missing})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-given-'));
  const copy = join(folder, 'copy');
  let stack: Stack;
  let temporal: TemporalOnPostgres;
  /** The application's database, as the role that the application has and as one that reads all of it. */
  let url: string;
  let wholeUrl: string;
  beforeAll(async () => {
    stack = await Stack.start({ temporal: 'postgres' });
    temporal = stack.temporal as TemporalOnPostgres;
    url = stack.postgres.url;
    wholeUrl = stack.postgres.adminUrl.replace(/\w+$/, new URL(url).pathname.slice(1));
  });
  afterAll(async () => {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The command's output; rejects with what it said where it fails. */
  async function holdfast(...args: string[]): Promise<string> {
    const env = { ...process.env, DATABASE_URL: url, TEMPORAL_ADDRESS: temporal.address, HOLDFAST_DATA_DIR: join(folder, 'data'), NODE_OPTIONS: '' };
    const loader = join(PROJECT_ROOT, 'test/setup/source-loader.mjs');
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', loader, join(PROJECT_ROOT, 'apps/cli/src/main.ts'), ...args], { env });
    return stdout + stderr;
  }
  const ofTemporal = (): string[] => ['--temporal-url', temporal.databases.main, '--visibility-url', temporal.databases.visibility, ...('missing' in tools ? [] : ['--pg-bin', tools.postgres.bin])];
  async function emptied(...urls: string[]): Promise<void> {
    for (const one of urls) {
      const admin = new pg.Client({ connectionString: one.replace(/\w+$/, 'postgres').replace('holdfast@', 'postgres@') });
      await admin.connect();
      const name = new URL(one).pathname.slice(1);
      await admin.query(`drop database ${name} with (force)`);
      await admin.query(`create database ${name}${one === url ? ` owner ${new URL(url).username}` : ''}`);
      await admin.end();
    }
  }

  it('is taken while runs are under way, and they go on from it in empty databases', async () => {
    const ref = await stack.startRun({ steps: 30, delayMs: 200 });
    const done = await stack.startRun({ steps: 1 });
    await stack.untilStatus(done, 'completed');
    await stack.untilStep(ref, 5);
    // The application's role is bound by row level security: a copy made with it would lack rows, and is refused.
    await expect(holdfast('backup', copy, ...ofTemporal())).rejects.toThrow(/Give --url with a role that may read everything/);
    await expect(holdfast('backup', copy, '--url', wholeUrl, ...ofTemporal().slice(0, 4))).rejects.toThrow(/is Postgres 18, which is newer.*Give --pg-bin/);
    expect(existsSync(copy) ? readdirSync(copy) : []).toEqual([]);
    const said = await holdfast('backup', copy, '--url', wholeUrl, ...ofTemporal());
    expect(readdirSync(copy).sort()).toEqual(['backup.json', 'holdfast.dump', 'temporal-visibility.dump', 'temporal.dump']);
    expect(said).toMatch(/backed up, schema \d{4}_/);
    const { next_step: at } = await stack.run(ref);
    await stack.untilStep(ref, at + 1);

    await expect(holdfast('restore', copy, '--url', wholeUrl, ...ofTemporal())).rejects.toThrow(/has tables already/);
    await stack.worker.kill();
    await temporal.kill();
    await emptied(url, temporal.databases.main, temporal.databases.visibility);
    await holdfast('restore', copy, '--url', wholeUrl, ...ofTemporal());
    expect((await stack.run(ref)).next_step).toBeLessThanOrEqual(at);
    await temporal.start();
    await stack.worker.start();
    await stack.untilStatus(ref, 'completed', 120_000);
    const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(branch).toHaveLength(31);
    expect((await stack.run(done)).status).toBe('completed');
  });
});
