import { Connection } from '@temporalio/client';
import { SetupError } from '#bootstrap/setup-error';
import { ConfigError, listVersions, loadStackConfig, makeCurrent, temporalConnection } from '#platform';
import { local } from '../command.js';
import { EXIT } from '../remote/exit-codes.js';

/** Worker versions of Temporal, for deploys that leave runs in flight alone. */
export const deploy = local({
  help: 'make a version of the workers current, or list versions',
  usage: `deploy [BUILD]

With BUILD: makes the workers that have it as HOLDFAST_BUILD_ID the current ones. New runs go to them; runs that have
begun stay with the version they began with, so keep its workers until it is drained.
Without: lists the versions and which of them still carry runs.

Asks the Temporal at TEMPORAL_ADDRESS.`,
  most: 1,
  async run({ out, args }) {
    const config = loadStackConfig(process.env);
    const { temporalAddress, temporalNamespace: namespace } = config;
    if (temporalAddress === undefined) throw new ConfigError('TEMPORAL_ADDRESS', 'is not set', 'Give the address of your Temporal');
    const connection = await Connection.connect(temporalConnection({ ...config, temporalAddress })).catch(() => {
      throw new SetupError(`No Temporal answers at ${temporalAddress}. Start it, or correct TEMPORAL_ADDRESS and the TEMPORAL_TLS settings.`);
    });
    try {
      if (args[0]) await makeCurrent(connection, namespace, args[0]);
      const data = await listVersions(connection, namespace);
      out.result({ data }, () => data.map((v) => `${v.current ? '*' : ' '} ${v.buildId.padEnd(30)} ${v.status}`).join('\n') || 'There is no version: workers without HOLDFAST_BUILD_ID have none.');
      return EXIT.done;
    } catch (error) {
      throw new SetupError(`Temporal says: ${(error as { details?: string }).details ?? (error as Error).message}.${args[0] ? ' Start a worker with that HOLDFAST_BUILD_ID first.' : ''}`);
    } finally {
      await connection.close();
    }
  },
});
