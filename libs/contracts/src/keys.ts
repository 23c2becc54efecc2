import { z } from 'zod';
import { idSchema } from './ids.js';
import { accessRoleSchema } from './roles.js';

const roles = z.array(accessRoleSchema).min(1).max(5);
const days = z.int().min(1).max(3_650);
export const KEY_DAYS = 90;

export const createKeySchema = z.strictObject({
  /** Whose key it is, for people: it stands in lists and beside what its principal did. */
  name: z.string().min(1).max(100),
  roles,
  /** Days after which it is refused. */
  expiresInDays: days.default(KEY_DAYS),
  /** In place of the installation's own limit. */
  requestsPerSecond: z.int().min(1).max(10_000).optional(),
  /** A further key of somebody who has one; a new principal where left out. */
  principalId: idSchema.optional(),
});
export type CreateKey = z.output<typeof createKeySchema>;

export const rotateKeySchema = z.strictObject({
  expiresInDays: days.default(KEY_DAYS),
  /** Seconds for which the old key still works, so that whoever uses it can change over. */
  graceSeconds: z.int().min(0).max(604_800).default(0),
});
export type RotateKey = z.output<typeof rotateKeySchema>;

export const KEY_STATES = ['active', 'expired', 'revoked'] as const;
/** A key without its secret, which nobody keeps. */
export const keyViewSchema = z.object({
  id: idSchema,
  name: z.string(),
  principalId: idSchema,
  roles: z.array(accessRoleSchema),
  state: z.enum(KEY_STATES),
  requestsPerSecond: z.int().nullable(),
  /** The principal; null where the installation made it. */
  createdBy: idSchema.nullable(),
  createdAt: z.string(),
  expiresAt: z.string(),
  /** To the minute. */
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  /** The key that it took the place of. */
  replaces: idSchema.nullable(),
});
export type KeyView = z.infer<typeof keyViewSchema>;
export const createdKeySchema = keyViewSchema.extend({ key: z.string().describe('Shown here and never again.') });
export type CreatedKey = z.infer<typeof createdKeySchema>;
export const keyPageSchema = z.object({ data: z.array(keyViewSchema), nextCursor: z.string().nullable() });

export const AUTHENTICATED_BY = ['none', 'key', 'token'] as const;
/** Who asks. `none`: this installation asks nobody who they are. */
export const principalViewSchema = z.object({
  tenantId: idSchema,
  principalId: idSchema,
  name: z.string(),
  roles: z.array(accessRoleSchema),
  authenticatedBy: z.enum(AUTHENTICATED_BY),
  keyId: idSchema.nullable(),
  expiresAt: z.string().nullable(),
});
export type PrincipalView = z.infer<typeof principalViewSchema>;
