import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '#bootstrap/setup-error';
import { runCommand } from '../setup/command.js';
import type { PostgresBinaries } from '../setup/postgres-binaries.js';
import type { Unprivileged } from './unprivileged.js';

export const APP_ROLE = 'holdfast';
export const APP_DATABASE = 'holdfast';
export const SUPERUSER = 'postgres';

export interface Passwords {
  readonly superuser: string;
  readonly app: string;
}

export interface Cluster {
  readonly dataFolder: string;
  readonly passwords: Passwords;
}

/**
 * A Postgres data folder below `folder`, made on first use: a superuser, the application's own role (no superuser, so
 * that row level security holds for it) with its database, and pgvector in that and in every later database.
 * It is made under another name and renamed, so an interrupted start leaves nothing half done.
 * @throws SetupError
 */
export async function ensureCluster(folder: string, binaries: PostgresBinaries, as: Unprivileged): Promise<Cluster> {
  const dataFolder = join(folder, 'data');
  const passwordFile = join(folder, 'passwords.json');
  if (existsSync(dataFolder) && existsSync(passwordFile)) {
    return { dataFolder, passwords: JSON.parse(readFileSync(passwordFile, 'utf8')) as Passwords };
  }
  const partial = join(folder, 'data.partial');
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  mkdirSync(partial, { mode: 0o700 });
  if (as.owner !== undefined) {
    chmodSync(folder, 0o711);
    chownSync(partial, as.owner.uid, as.owner.gid);
  }
  const passwords = { superuser: password(), app: password() };
  writeFileSync(passwordFile, JSON.stringify(passwords), { mode: 0o600 });
  await initialise(partial, binaries, as);
  await createRoles(partial, binaries, as, passwords);
  renameSync(partial, dataFolder);
  return { dataFolder, passwords };
}

/** Nobody gets in without a password, not even from this machine, which other users may share. */
const CLIENT_AUTHENTICATION = 'host all all 127.0.0.1/32 scram-sha-256\n';

/** C.UTF-8 where the system has it, so that lower() knows more than ASCII. */
async function initialise(dataFolder: string, binaries: PostgresBinaries, as: Unprivileged): Promise<void> {
  const args = ['-D', dataFolder, `--username=${SUPERUSER}`, '--auth=trust', '--encoding=UTF8'];
  let reason = '';
  for (const locale of ['C.UTF-8', 'en_US.UTF-8', 'C']) {
    const { code, stderr } = await run(binaries, as, 'initdb', [...args, `--locale=${locale}`], '');
    if (code === 0) return writeFileSync(join(dataFolder, 'pg_hba.conf'), CLIENT_AUTHENTICATION);
    reason = stderr.trim();
  }
  throw new SetupError(`Postgres can't make its data folder ${dataFolder}:\n${reason}`);
}

/** In single-user mode, before any client can connect. */
async function createRoles(dataFolder: string, binaries: PostgresBinaries, as: Unprivileged, passwords: Passwords): Promise<void> {
  const sql = [
    'CREATE EXTENSION vector',
    `ALTER ROLE ${SUPERUSER} PASSWORD '${passwords.superuser}'`,
    `CREATE ROLE ${APP_ROLE} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS PASSWORD '${passwords.app}'`,
    `CREATE DATABASE ${APP_DATABASE} OWNER ${APP_ROLE}`,
  ];
  const { code, stderr, stdout } = await run(binaries, as, 'postgres', ['--single', '-D', dataFolder, '-c', 'exit_on_error=on', 'template1'], `${sql.join(';\n')};\n`);
  if (code !== 0 || /ERROR|FATAL/.test(stderr)) throw new SetupError(`Postgres can't make the role and the database of Holdfast:\n${(stderr + stdout).trim()}`);
}

function run(binaries: PostgresBinaries, as: Unprivileged, program: string, args: readonly string[], input: string) {
  const [command = '', ...rest] = [...as.prefix, join(binaries.bin, program), ...args];
  return runCommand(command, rest, { input, env: { ...process.env, ...binaries.env }, ...as.owner });
}

function password(): string {
  return randomBytes(24).toString('base64url');
}
