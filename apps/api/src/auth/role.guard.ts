import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { HoldfastError, type RouteRole } from '#contracts';
import { requireRole, type WithCaller } from '../core/caller.js';
import { ROLE } from '../openapi/endpoint.js';

/** Lets a request through to a handler whose role its caller has. A handler that names none is shut. */
@Injectable()
export class RoleGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const needed = Reflect.getMetadata(ROLE, context.getHandler()) as RouteRole | undefined;
    if (needed === undefined) throw new Error(`${context.getClass().name}.${context.getHandler().name} names no role`);
    if (needed === 'open') return true;
    const { caller } = context.switchToHttp().getRequest<WithCaller>();
    if (!caller) throw new HoldfastError('unauthenticated', 'Send `Authorization: Bearer KEY`.');
    requireRole(caller, needed);
    return true;
  }
}
