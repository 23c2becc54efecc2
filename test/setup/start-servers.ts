import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '#bootstrap/process-identity';
import { PROJECT_ROOT } from '#platform';
import { ensureBubblewrap, startServers, temporalTestServer, TOOLS_DIR } from '#platform/stack';

const FOLDER = join(PROJECT_ROOT, '.holdfast', 'test');

/** Starts the servers of a Jest run and leaves their addresses in the environment, which Jest's workers inherit. */
export async function startTestServers(): Promise<{ stop(): Promise<void> }> {
  const report = (message: string): void => void process.stderr.write(`• ${message}\n`);
  const dataDir = join(FOLDER, `servers-${process.pid}`);
  removeLeftovers();
  await ensureBubblewrap({ toolsDir: TOOLS_DIR, report });
  const servers = await startServers({ dataDir, fsync: false, report });
  process.env['HOLDFAST_TEST_SERVER'] = await temporalTestServer({ toolsDir: TOOLS_DIR, report });
  process.env['HOLDFAST_TEST_POSTGRES'] = servers.databaseUrl;
  process.env['HOLDFAST_TEST_POSTGRES_ADMIN'] = servers.adminUrl;
  process.env['HOLDFAST_TEST_TEMPORAL'] = servers.temporalAddress;
  return {
    async stop() {
      await servers.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Of runs that were killed; their servers were stopped by their guardians. */
function removeLeftovers(): void {
  const folders = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => /^servers-\d+$/.test(name)) : [];
  for (const name of folders.filter((folder) => processIdentity(Number(folder.slice('servers-'.length))) === undefined)) {
    rmSync(join(FOLDER, name), { recursive: true, force: true });
  }
}
