import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { SetupError } from '#bootstrap/setup-error';
import type { StackConfig } from '../../config/config.js';
import type { Report } from '../setup/tools.js';
import { ask, dumpDatabase, givenDatabase, openDatabase } from './databases.js';
import { describeFile, FILES, type Manifest, MANIFEST } from './manifest.js';

export type BackupOptions = {
  config: StackConfig;
  /** An empty folder, or one that is made. */
  folder: string;
  /** The database as a role that reads all of it. */
  url?: string | undefined;
  /** Databases of a Temporal on Postgres. */
  temporalUrls?: { main: string; visibility: string } | undefined;
  /** Folder of pg_dump and pg_restore, for servers that are newer than Holdfast's own. */
  pgBin?: string | undefined;
  report: Report;
};

/**
 * Copies everything that an installation is into a folder, while it runs: Temporal first, then Postgres, so that what
 * differs between the two is found again when executions look for what they did.
 * @throws SetupError
 */
export async function backUp({ config, folder, url, temporalUrls, pgBin, report }: BackupOptions): Promise<Manifest> {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new SetupError(`${folder} is not empty. Give a folder that is, or a name that is not there yet.`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const at = (name: string): string => join(folder, name);
  const written: string[] = [];
  try {
    report('Copying Temporal');
    written.push(...(await copyTemporal(config, temporalUrls, at, report, pgBin)));
    report('Copying Postgres');
    const database = await openDatabase(config, url, report, pgBin);
    let schema = '';
    try {
      await dumpDatabase(database, at(FILES.postgres));
      schema = (await ask<{ name: string }>(database.url, 'select name from migrations order by name desc limit 1'))[0]?.name ?? '';
    } finally {
      await database.close();
    }
    written.push(FILES.postgres);
    const key = config.payloadKeyFile ?? join(config.dataDir, 'payload.key');
    if (existsSync(key)) {
      copyFileSync(key, at(FILES.key));
      written.push(FILES.key);
    }
    const manifest: Manifest = { format: 1, madeAt: new Date().toISOString(), schema, files: await Promise.all(written.map((name) => describeFile(at(name)))) };
    writeFileSync(at(MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    return manifest;
  } catch (error) {
    for (const name of Object.values(FILES)) rmSync(at(name), { force: true });
    throw error;
  }
}

async function copyTemporal(config: StackConfig, urls: BackupOptions['temporalUrls'], at: (name: string) => string, report: Report, pgBin?: string): Promise<string[]> {
  if (urls) {
    await dumpDatabase(await givenDatabase(urls.main, report, pgBin), at(FILES.temporalDatabase));
    await dumpDatabase(await givenDatabase(urls.visibility, report, pgBin), at(FILES.visibility));
    return [FILES.temporalDatabase, FILES.visibility];
  }
  if (config.temporalAddress !== undefined) {
    report(`Temporal at ${config.temporalAddress} is not copied: give --temporal-url and --visibility-url where it keeps its state in Postgres`);
    return [];
  }
  const file = join(config.dataDir, 'temporal.db');
  if (!existsSync(file)) throw new SetupError(`${config.dataDir} holds no stack: there is no ${file}.`);
  const { DatabaseSync: Database } = createRequire(import.meta.url)('node:sqlite') as { DatabaseSync: typeof DatabaseSync };
  // Temporal's schema writes strings in double quotes.
  const database = new Database(file, { enableDoubleQuotedStringLiterals: true });
  try {
    // A server that is writing holds the file for moments only.
    database.exec('pragma busy_timeout = 30000');
    database.prepare('vacuum into ?').run(at(FILES.temporal));
  } finally {
    database.close();
  }
  return [FILES.temporal];
}
