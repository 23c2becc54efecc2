import { z } from 'zod';

/** What a key or a token may do. Each role reads; beyond that none holds another, except `admin`, which holds all. */
export const ACCESS_ROLES = ['viewer', 'operator', 'approver', 'signer', 'admin'] as const;
export const accessRoleSchema = z.enum(ACCESS_ROLES);
export type AccessRole = z.infer<typeof accessRoleSchema>;

/** For the documentation and the page of the API. */
export const ROLE_MEANS: Record<AccessRole, string> = {
  viewer: 'Reads runs, results, corpora, worlds and all else but the audit log, the keys and training data.',
  operator: 'Starts, steers and deletes runs; changes corpora, worlds, schedules, batches, threads and webhooks.',
  approver: 'Decides approvals.',
  signer: 'Signs and rejects notes, and adds addenda.',
  admin: 'Everything, with API keys, the audit log and training data.',
};

/** What a route needs: a role, or nothing (`open`). */
export type RouteRole = AccessRole | 'open';

export const allows = (held: readonly AccessRole[], needed: RouteRole): boolean => needed === 'open' || held.includes('admin') || held.includes(needed) || (needed === 'viewer' && held.length > 0);
