import './source-loader.mjs';

/** One Postgres and one Temporal for a Jest run, whatever rings it takes; specs find them through test/setup/servers.ts. */
export default async function globalSetup() {
  if (process.env.HOLDFAST_TEST_POSTGRES) return;
  const { startTestServers } = await import('./start-servers.ts');
  globalThis.holdfastTestServers = await startTestServers();
}
