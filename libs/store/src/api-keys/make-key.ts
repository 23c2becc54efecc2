import { v7 as uuidv7 } from 'uuid';
import type { AccessRole, CreatedKey } from '#contracts';
import { appendAudit } from '../audit.js';
import type { Tx } from '../pool.js';
import { insertKey } from './api-keys.js';
import { insertPrincipal } from './principals.js';
import { hashOfKey, mintKey } from './token.js';

export type KeyToMake = {
  tenantId: string;
  name: string;
  roles: readonly AccessRole[];
  expiresInDays: number;
  requestsPerSecond?: number | undefined;
  /** A new principal of the key's name where left out. */
  principalId?: string | undefined;
  /** The principal that makes it; null where the installation does. */
  by: string | null;
  /** The key that it takes the place of. */
  replaces?: string;
};

/** A new key with its line in the audit log. What is returned holds its secret, which is in no table. */
export async function makeKey(tx: Tx, k: KeyToMake): Promise<CreatedKey> {
  const ref = { tenantId: k.tenantId, keyId: uuidv7() };
  const principalId = k.principalId ?? uuidv7();
  if (k.principalId === undefined) await insertPrincipal(tx, { tenantId: k.tenantId, principalId, name: k.name });
  const key = mintKey(ref);
  const view = await insertKey(tx, { ...ref, principalId, name: k.name, hash: hashOfKey(key), roles: [...new Set(k.roles)], requestsPerSecond: k.requestsPerSecond ?? null, createdBy: k.by, expiresInDays: k.expiresInDays, ...(k.replaces ? { replaces: k.replaces } : {}) });
  await appendAudit(tx, { tenantId: k.tenantId, principalId: k.by, action: k.replaces ? 'api_key.rotated' : 'api_key.created', runId: null, subject: ref.keyId });
  return { ...view, key };
}
