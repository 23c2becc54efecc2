import { InvalidRequest } from '../http/invalid-request.js';

/** Cursors are opaque to clients: the key of the last row of the page. */
export function encodeCursor(key: string | number): string {
  return Buffer.from(String(key)).toString('base64url');
}

export function decodeIdCursor(cursor: string | undefined): string | undefined {
  return decode(cursor, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
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
