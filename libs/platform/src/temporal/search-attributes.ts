import type { Connection } from '@temporalio/client';
import protocol from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '#contracts';

const { IndexedValueType } = protocol.temporal.api.enums.v1;
const TYPES = { KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD, INT: IndexedValueType.INDEXED_VALUE_TYPE_INT } as const;

/**
 * Registers the search attributes that a namespace lacks. Registering again with another type would answer OK and
 * change nothing, so types are compared.
 * @returns the name of one that exists with another type, and nothing is registered then; null where all is well.
 */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<string | null> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const wanted = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, TYPES[type]] as const);
  const wrong = wanted.find(([name, type]) => customAttributes[name] !== undefined && customAttributes[name] !== type);
  if (wrong) return wrong[0];
  const missing = wanted.filter(([name]) => customAttributes[name] === undefined);
  if (missing.length > 0) await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) });
  return null;
}

/** What to do about a search attribute of another type, for whoever looks after the namespace. */
export function wrongAttribute(name: string, namespace: string): string {
  return `Temporal's namespace "${namespace}" has a search attribute ${name} of another type. Remove it (\`temporal operator search-attribute remove --name ${name}\`) or choose another TEMPORAL_NAMESPACE.`;
}
