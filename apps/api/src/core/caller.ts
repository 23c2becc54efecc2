import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { allows, HoldfastError, LOCAL_PRINCIPAL, LOCAL_TENANT, type PrincipalView, type AccessRole, type RouteRole } from '#contracts';

/** Who asks: never taken from a body. */
export type Caller = { tenantId: string; principalId: string; roles: readonly AccessRole[] };
/** The same, with how that was found out; `requestsPerSecond` where its key has a limit of its own. */
export type Identity = PrincipalView & { requestsPerSecond: number | null };

export type WithCaller = Request & { caller?: Identity };

/** Whoever asks an installation that asks nobody who they are. */
export const LOCAL_IDENTITY: Identity = { tenantId: LOCAL_TENANT, principalId: LOCAL_PRINCIPAL, name: 'local', roles: ['admin'], authenticatedBy: 'none', keyId: null, expiresAt: null, requestsPerSecond: null };

/** @throws HoldfastError `role_missing` */
export function requireRole({ roles }: Pick<Caller, 'roles'>, needed: RouteRole): void {
  if (!allows(roles, needed)) throw new HoldfastError('role_missing', `This needs the role ${needed}; yours: ${roles.join(', ') || 'none'}.`);
}

export const FromCaller = createParamDecorator((_: unknown, context: ExecutionContext): Identity => {
  const { caller } = context.switchToHttp().getRequest<WithCaller>();
  if (!caller) throw new Error('a request reached a controller without a principal');
  return caller;
});
