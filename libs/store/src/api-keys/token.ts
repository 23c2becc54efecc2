import { createHash, randomBytes } from 'node:crypto';

/** What an API key says of itself: where its row is. The rest of it is secret. */
export type KeyRef = { tenantId: string; keyId: string };

const PREFIX = 'hf_';
const ID_BYTES = 16;
const SECRET_BYTES = 32;
const FORM = /^hf_[A-Za-z0-9_-]{86}$/;

/** A new key for a row: its tenant's and its own id, then 32 random bytes. */
export function mintKey({ tenantId, keyId }: KeyRef): string {
  return PREFIX + Buffer.concat([bytesOf(tenantId), bytesOf(keyId), randomBytes(SECRET_BYTES)]).toString('base64url');
}

export const looksLikeKey = (token: string): boolean => token.startsWith(PREFIX);

/** Where the row of a key would be; null for what has not the form of one. */
export function refOfKey(token: string): KeyRef | null {
  if (!FORM.test(token)) return null;
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
  if (bytes.length !== 2 * ID_BYTES + SECRET_BYTES) return null;
  return { tenantId: uuidOf(bytes.subarray(0, ID_BYTES)), keyId: uuidOf(bytes.subarray(ID_BYTES, 2 * ID_BYTES)) };
}

/** What is kept of a key. */
export const hashOfKey = (token: string): Buffer => createHash('sha256').update(token).digest();

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const uuidOf = (bytes: Buffer): string => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
