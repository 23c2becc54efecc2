import { InvalidRequest } from '../http/invalid-request.js';

/** Cursors are opaque to clients: the key of the last row of the page. */
export function encodeCursor(key: string | number): string {
  return Buffer.from(String(key)).toString('base64url');
}

export function decodeIdCursor(cursor: string | undefined): string | undefined {
  return decode(cursor, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
}

export type Page<T> = { data: T[]; nextCursor: string | null };

/** What a list by id is asked for: one row more than the page has, which tells whether another follows. */
export function pageOf(query: { cursor?: string | undefined; limit: number }): { before: string | undefined; limit: number } {
  return { before: decodeIdCursor(query.cursor), limit: query.limit + 1 };
}

/** The page of `limit` rows out of what was found for it, of which the row that is too many is left out. */
export function paged<T>(found: T[], limit: number, keyOf: (row: T) => string | number): Page<T> {
  const data = found.slice(0, limit);
  return { data, nextCursor: found.length > limit ? encodeCursor(keyOf(data.at(-1)!)) : null };
}

export function decodeNumberCursor(cursor: string | undefined): number | undefined {
  const key = decode(cursor, /^\d{1,9}$/);
  return key === undefined ? undefined : Number(key);
}

function decode(cursor: string | undefined, form: RegExp): string | undefined {
  if (cursor === undefined) return undefined;
  const key = Buffer.from(cursor, 'base64url').toString();
  if (!form.test(key)) throw new InvalidRequest([{ path: 'cursor', message: 'is not a cursor that this list gave' }]);
  return key;
}
