import { Connection } from '@temporalio/client';
import { ConfigError } from '../../config/config-error.js';

/** Checks a Temporal that somebody else runs: it answers and has the namespace. @throws ConfigError */
export async function checkTemporal(address: string, namespace: string): Promise<void> {
  let connection: Connection;
  try {
    connection = await Connection.connect({ address, connectTimeout: 10_000 });
  } catch {
    throw new ConfigError('TEMPORAL_ADDRESS', `no Temporal answers at ${address}`, 'Start it, or correct the address; without TEMPORAL_ADDRESS a dev server is started for you');
  }
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch {
    throw new ConfigError('TEMPORAL_NAMESPACE', `Temporal at ${address} has no namespace "${namespace}"`, `Make it with \`temporal operator namespace create --namespace ${namespace}\``);
  } finally {
    await connection.close();
  }
}
