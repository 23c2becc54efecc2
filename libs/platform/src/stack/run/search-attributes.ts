import { Connection } from '@temporalio/client';
import protocol from '@temporalio/proto';
import { SetupError } from '#bootstrap/setup-error';
import { SEARCH_ATTRIBUTES } from '#contracts';

const { IndexedValueType } = protocol.temporal.api.enums.v1;
const TYPES = { KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD, INT: IndexedValueType.INDEXED_VALUE_TYPE_INT } as const;

/**
 * Registers the search attributes that a namespace lacks. Registering again with another type would answer OK and
 * change nothing, so types are compared.
 * @throws SetupError
 */
export async function registerSearchAttributes(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const wanted = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, TYPES[type]] as const);
    const wrong = wanted.find(([name, type]) => customAttributes[name] !== undefined && customAttributes[name] !== type);
    if (wrong !== undefined) {
      throw new SetupError(`Temporal's namespace "${namespace}" has a search attribute ${wrong[0]} of another type. Remove it (\`temporal operator search-attribute remove --name ${wrong[0]}\`) or choose another TEMPORAL_NAMESPACE.`);
    }
    const missing = wanted.filter(([name]) => customAttributes[name] === undefined);
    if (missing.length > 0) await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) });
  } finally {
    await connection.close();
  }
}
