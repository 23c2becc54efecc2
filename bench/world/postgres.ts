import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, postgresBinaries, ProcessSet, startPostgres, TOOLS_DIR } from '#platform/stack';
import { migrate } from '#store';

export type OwnPostgres = { url: string; stop(): Promise<void> };

/** A Postgres of the measurement's own, with the newest schema, in a folder that goes away with it. */
export async function startOwnPostgres(fsync: boolean): Promise<OwnPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-world-'));
  const report = (message: string): void => console.error(`• ${message}`);
  const set = await ProcessSet.open(folder, report);
  const stop = async (): Promise<void> => {
    await set.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { url } = await startPostgres(set, await postgresBinaries({ toolsDir: TOOLS_DIR, report }), { port: await freePort(), fsync });
    await migrate(url);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
