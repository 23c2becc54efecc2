import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '#contracts';

const { IndexedValueType } = proto.temporal.api.enums.v1;
const TYPES = { KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD, INT: IndexedValueType.INDEXED_VALUE_TYPE_INT } as const;

/**
 * Registers the search attributes that a namespace lacks.
 * @throws Error where one exists with another type, which Temporal itself would silently leave as it is.
 */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => customAttributes[name] === undefined);
  if (missing.length) await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, TYPES[type]])) });
  const wrong = Object.entries(SEARCH_ATTRIBUTES).find(([name, type]) => customAttributes[name] !== undefined && customAttributes[name] !== TYPES[type]);
  if (wrong) throw new Error(`search attribute ${wrong[0]} exists with another type; remove it from the namespace`);
}
