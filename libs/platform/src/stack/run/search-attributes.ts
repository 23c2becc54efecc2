import { Connection } from '@temporalio/client';
import { SetupError } from '#bootstrap/setup-error';
import type { TemporalConnection } from '../../temporal/connection.js';
import { registerSearchAttributes as register, wrongAttribute } from '../../temporal/search-attributes.js';

/**
 * Registers the search attributes that a namespace lacks.
 * @throws SetupError where one exists with another type.
 */
export async function registerSearchAttributes(server: TemporalConnection, namespace: string): Promise<void> {
  const connection = await Connection.connect(server);
  try {
    const wrong = await register(connection, namespace);
    if (wrong) throw new SetupError(wrongAttribute(wrong, namespace));
  } finally {
    await connection.close();
  }
}
