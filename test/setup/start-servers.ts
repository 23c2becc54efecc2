import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '#bootstrap/process-identity';
import { PROJECT_ROOT } from '#platform';
import { freePort, Guardian, postgresBinaries, ProcessRecords, registerSearchAttributes, startPostgres, startTemporal, temporalCli, temporalTestServer, TOOLS_DIR } from '#platform/stack';

const NAMESPACE = 'default';
const FOLDER = join(PROJECT_ROOT, '.holdfast', 'test');

/** Starts the servers of a Jest run and leaves their addresses in the environment, which Jest's workers inherit. */
export async function startTestServers(): Promise<{ stop(): Promise<void> }> {
  const report = (message: string): void => void process.stderr.write(`• ${message}\n`);
  const setup = { toolsDir: TOOLS_DIR, report };
  const dataDir = join(FOLDER, `servers-${process.pid}`);
  removeLeftovers();
  mkdirSync(dataDir, { recursive: true });
  const guardian = new Guardian();
  const supervision = { dataDir, guardian, records: new ProcessRecords(dataDir), report };
  const binaries = await postgresBinaries(setup);
  const cli = await temporalCli(setup);
  process.env['HOLDFAST_TEST_SERVER'] = await temporalTestServer(setup);
  const postgres = await startPostgres(supervision, binaries, { port: await freePort(), fsync: false });
  const temporal = await startTemporal(supervision, cli, { port: await freePort(), uiPort: undefined, namespace: NAMESPACE });
  await registerSearchAttributes(temporal.address, NAMESPACE);
  process.env['HOLDFAST_TEST_POSTGRES'] = postgres.url;
  process.env['HOLDFAST_TEST_TEMPORAL'] = temporal.address;
  return {
    async stop() {
      await Promise.all([temporal.process.stop(), postgres.process.stop()]);
      guardian.close();
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
