import { parseArgs } from 'node:util';
import { Connection } from '@temporalio/client';
import { SetupError } from '#bootstrap/setup-error';
import { ConfigError, listVersions, loadStackConfig, makeCurrent, temporalConnection } from '#platform';

const HELP = `holdfast deploy [BUILD]

With BUILD: makes the workers that have it as HOLDFAST_BUILD_ID the current ones. New runs go to them; runs that have
begun stay with the version they began with, so keep its workers until it is drained.
Without: lists the versions and which of them still carry runs.

Asks the Temporal at TEMPORAL_ADDRESS.`;

/** Worker versions of Temporal, for deploys that leave runs in flight alone. */
export const deploy = {
  help: 'make a version of the workers current, or list versions',
  async run(args: string[]): Promise<number> {
    const { values, positionals } = parseArgs({ args, options: { help: { type: 'boolean' } }, allowPositionals: true });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const config = loadStackConfig(process.env);
    const { temporalAddress, temporalNamespace: namespace } = config;
    if (temporalAddress === undefined) throw new ConfigError('TEMPORAL_ADDRESS', 'is not set', 'Give the address of your Temporal');
    const connection = await Connection.connect(temporalConnection({ ...config, temporalAddress }));
    try {
      if (positionals[0]) await makeCurrent(connection, namespace, positionals[0]);
      for (const v of await listVersions(connection, namespace)) console.log(`${v.current ? '*' : ' '} ${v.buildId.padEnd(30)} ${v.status}`);
      return 0;
    } catch (error) {
      throw new SetupError(`Temporal says: ${(error as { details?: string }).details ?? (error as Error).message}. Start a worker with that HOLDFAST_BUILD_ID first.`);
    } finally {
      await connection.close();
    }
  },
};
