import type { NextFunction, Response } from 'express';
import { HoldfastError, LOCAL_TENANT } from '#contracts';
import type { WithCaller } from '../core/caller.js';

/** Lets through to what tells of all tenants together: only keys and people of the installation's own tenant. */
export function ownTenantOnly(req: WithCaller, _res: Response, next: NextFunction): void {
  if (!req.caller) return next(new HoldfastError('unauthenticated', 'Send `Authorization: Bearer KEY`.'));
  if (req.caller.tenantId !== LOCAL_TENANT || req.caller.roles.length === 0) return next(new HoldfastError('role_missing', 'Figures of the whole installation are for keys of the tenant `local`.'));
  next();
}
