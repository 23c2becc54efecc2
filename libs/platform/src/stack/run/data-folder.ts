import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '#bootstrap/process-identity';
import { SetupError } from '#bootstrap/setup-error';
import { withLock } from '#bootstrap/with-lock';
import type { Report } from '../setup/tools.js';

/**
 * Two stacks over one data folder would destroy each other's databases.
 * @returns gives the folder back
 * @throws SetupError naming the process that holds it
 */
export async function claimDataFolder(dataDir: string, report: Report): Promise<() => void> {
  const folder = join(dataDir, 'run');
  const file = join(folder, 'supervisor.json');
  mkdirSync(folder, { recursive: true });
  await withLock(
    join(folder, 'claim.lock'),
    () => {
      const holder = readHolder(file);
      if (holder !== undefined && processIdentity(holder.pid) === holder.identity) {
        throw new SetupError(`The data folder ${dataDir} is in use by process ${holder.pid}. Stop that stack first, or choose another folder with --data DIR.`);
      }
      writeFileSync(`${file}.tmp`, JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) }));
      renameSync(`${file}.tmp`, file);
    },
    report,
  );
  return () => rmSync(file, { force: true });
}

function readHolder(file: string): { pid: number; identity: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { pid: number; identity: string };
  } catch {
    return undefined;
  }
}
