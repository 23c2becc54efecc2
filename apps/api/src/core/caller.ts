import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { LOCAL_PRINCIPAL, LOCAL_TENANT } from '#contracts';

/** Who asks: never taken from a body. */
export type Caller = { tenantId: string; principalId: string };

type WithCaller = Request & { caller?: Caller };

/** Gives every request its tenant and principal. A single-user installation has one of each. */
export function identifyCaller(req: Request, _res: Response, next: NextFunction): void {
  (req as WithCaller).caller = { tenantId: LOCAL_TENANT, principalId: LOCAL_PRINCIPAL };
  next();
}

export const FromCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<WithCaller>();
  if (!caller) throw new Error('a request reached a controller without a principal');
  return caller;
});
