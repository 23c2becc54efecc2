import { Connection } from '@temporalio/client';
import { ConfigError } from '../../config/config-error.js';
import type { TemporalConnection } from '../../temporal/connection.js';

/** Checks a Temporal that somebody else runs: it answers and has the namespace. @throws ConfigError */
export async function checkTemporal(server: TemporalConnection, namespace: string): Promise<void> {
  const { address } = server;
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...server, connectTimeout: 10_000 });
  } catch {
    throw new ConfigError('TEMPORAL_ADDRESS', `no Temporal answers at ${address}`, 'Start it, or correct the address and the TEMPORAL_TLS settings; without TEMPORAL_ADDRESS a dev server is started for you');
  }
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch {
    throw new ConfigError('TEMPORAL_NAMESPACE', `Temporal at ${address} has no namespace "${namespace}"`, `Make it with \`temporal operator namespace create --namespace ${namespace}\``);
  } finally {
    await connection.close();
  }
}
