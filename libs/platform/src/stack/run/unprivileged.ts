import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SetupError } from '#bootstrap/setup-error';
import { findOnPath, runCommand } from '../setup/command.js';

/** Postgres refuses to run as root. How a command is run as somebody else. */
export interface Unprivileged {
  /** Goes before the command. */
  readonly prefix: readonly string[];
  /** Who then owns the files; undefined where files stay the caller's. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

const NOBODY_IN_NAMESPACE = ['--user', '--map-user=65534', '--map-group=65534'];
const USERS = ['holdfast', 'postgres', 'nobody'];

/**
 * Not root: as it is. Root: inside a user namespace, which needs no chown and works under a home of mode 700; else as
 * an existing unprivileged user that can reach `folder`.
 * @throws SetupError
 */
export async function unprivileged(folder: string): Promise<Unprivileged> {
  if (process.getuid?.() !== 0) return { prefix: [], owner: undefined };
  const unshare = findOnPath('unshare');
  if (unshare !== undefined && (await runCommand(unshare, [...NOBODY_IN_NAMESPACE, 'true'])).code === 0) {
    return { prefix: [unshare, ...NOBODY_IN_NAMESPACE], owner: undefined };
  }
  const owner = findUser();
  const closed = closedParent(folder);
  if (owner !== undefined && closed === undefined) return { prefix: [], owner };
  const why = owner === undefined ? `none of the users ${USERS.join(', ')} exists` : `${closed} is closed to other users`;
  throw new SetupError(
    `Postgres does not run as root; user namespaces are not allowed here${unshare === undefined ? ' (there is no unshare)' : ''}, and ${why}. ` +
      'Run Holdfast as an ordinary user, choose a data folder that others can enter (--data DIR), or give DATABASE_URL.',
  );
}

function findUser(): { uid: number; gid: number } | undefined {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  const found = USERS.map((user) => lines.find(([name]) => name === user)).find((line) => line !== undefined);
  return found === undefined ? undefined : { uid: Number(found[2]), gid: Number(found[3]) };
}

function closedParent(folder: string): string | undefined {
  for (let parent = dirname(folder); ; parent = dirname(parent)) {
    if ((statSync(parent).mode & 0o001) === 0) return parent;
    if (parent === dirname(parent)) return undefined;
  }
}
