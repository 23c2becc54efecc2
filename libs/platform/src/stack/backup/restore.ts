import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '#bootstrap/setup-error';
import type { StackConfig } from '../../config/config.js';
import { APP_DATABASE, APP_ROLE } from '../run/postgres-cluster.js';
import type { Report } from '../setup/tools.js';
import { ask, givenDatabase, loadDump, openOwnDatabase, withDatabase } from './databases.js';
import { FILES, type Manifest, readManifest } from './manifest.js';

export type RestoreOptions = {
  config: StackConfig;
  folder: string;
  url?: string | undefined;
  temporalUrls?: { main: string; visibility: string } | undefined;
  /** Folder of pg_dump and pg_restore, for servers that are newer than Holdfast's own. */
  pgBin?: string | undefined;
  /** Overwrites what is there. */
  replace: boolean;
  report: Report;
};

/**
 * Brings a backup back, into a data folder that no stack runs on or into databases that are given. The files are
 * checked first; what is there already is kept unless it is to be replaced.
 * @throws SetupError
 */
export async function restore({ config, folder, url, temporalUrls, pgBin, replace, report }: RestoreOptions): Promise<Manifest> {
  const manifest = await readManifest(folder);
  const has = (name: string): boolean => manifest.files.some(({ file }) => file === name);
  const at = (name: string): string => join(folder, name);
  report('Restoring Postgres');
  const given = url ?? config.databaseUrl;
  if (given === undefined) await intoOwnDatabase(config.dataDir, at(FILES.postgres), replace, report);
  else await intoGiven(given, at(FILES.postgres), 'runs', { report, pgBin, owner: ownerOf(given, config.databaseUrl) });
  report('Restoring Temporal');
  if (temporalUrls && has(FILES.temporalDatabase)) {
    await intoGiven(temporalUrls.main, at(FILES.temporalDatabase), 'executions', { report, pgBin });
    await intoGiven(temporalUrls.visibility, at(FILES.visibility), 'executions_visibility', { report, pgBin });
  } else if (has(FILES.temporal)) {
    const file = join(config.dataDir, 'temporal.db');
    for (const old of [file, `${file}-wal`, `${file}-shm`]) rmSync(old, { force: true });
    copyFileSync(at(FILES.temporal), file);
  }
  if (has(FILES.key) && config.payloadKeyFile === undefined) copyFileSync(at(FILES.key), join(config.dataDir, 'payload.key'));
  return manifest;
}

/** The database is made anew: what was in it is gone then. */
async function intoOwnDatabase(dataDir: string, dump: string, replace: boolean, report: Report): Promise<void> {
  const there = existsSync(join(dataDir, 'postgres/data'));
  if (there && !replace) throw new SetupError(`${dataDir} holds a stack already. Give another folder with --data DIR, or --replace to overwrite it.`);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const database = await openOwnDatabase(dataDir, report);
  try {
    const admin = withDatabase(database.url, 'postgres');
    const [{ n }] = (await ask<{ n: number }>(admin, `select count(*)::int as n from pg_stat_activity where datname = '${APP_DATABASE}'`)) as [{ n: number }];
    if (n > 0) throw new SetupError(`A stack runs on ${dataDir}. Stop it first.`);
    // From template1, which has pgvector: what was made before the first client is not in a dump.
    await ask(admin, `drop database if exists ${APP_DATABASE}`);
    await ask(admin, `create database ${APP_DATABASE} owner ${APP_ROLE}`);
    await loadDump(database, dump, []);
  } finally {
    await database.close();
  }
}

/** The application's role, where another one restores: it must own its tables. */
function ownerOf(url: string, databaseUrl: string | undefined): string | undefined {
  const role = databaseUrl === undefined ? '' : decodeURIComponent(new URL(databaseUrl).username);
  return role === '' || role === decodeURIComponent(new URL(url).username) ? undefined : role;
}

/** Somebody else's server: only a database without our tables is written to; its owner is `owner`, or whoever restores. */
async function intoGiven(url: string, dump: string, table: string, { report, pgBin, owner }: { report: Report; pgBin: string | undefined; owner?: string | undefined }): Promise<void> {
  const there = await ask(url, `select 1 from pg_tables where schemaname = 'public' and tablename = '${table}'`);
  if (there.length > 0) throw new SetupError(`The database ${new URL(url).pathname.slice(1)} has tables already. Restore into an empty one.`);
  // Not everybody may make an extension, and nobody but its owner may comment on it.
  if (owner !== undefined) await ask(url, 'create extension if not exists vector');
  await loadDump(await givenDatabase(url, report, pgBin), dump, ['--no-owner', '--no-privileges', '--no-comments', ...(owner === undefined ? [] : [`--role=${owner}`])]);
}
