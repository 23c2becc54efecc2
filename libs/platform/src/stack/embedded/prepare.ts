import { postgresBinaries } from '../setup/postgres-binaries.js';
import { temporalCli } from '../setup/temporal-binaries.js';
import type { Setup } from '../setup/tools.js';

/** Fetches Postgres and Temporal where they are missing. */
export async function prepareServers(setup: Setup): Promise<void> {
  await postgresBinaries(setup);
  await temporalCli(setup);
}
