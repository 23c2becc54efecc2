import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { HoldfastError } from '#contracts';
import type { AuthConfig } from '#platform';
import { LOCAL_IDENTITY, type WithCaller } from '../core/caller.js';
import type { Authenticator } from './authenticator.js';
import { RateLimits } from './rate-limits.js';

/** Cookie of the session that lets Temporal's Web UI ask the codec, and nothing else. */
export const SESSION_COOKIE = 'holdfast_session';
const GUARDED = /^\/v1(\/|$)/i;
const CODEC = /^\/v1\/codec\//i;

/**
 * Says who asks, before a body is read: nobody's body is. Where authentication is off, everybody is the one local
 * principal. What the caller may do is for the guard to say.
 */
export function identifyCaller(auth: AuthConfig, authenticator: () => Authenticator, identifyMs: number): RequestHandler {
  if (!auth.enabled) {
    return (req: WithCaller, _res: Response, next: NextFunction): void => {
      req.caller = LOCAL_IDENTITY;
      next();
    };
  }
  const limits = new RateLimits();
  return (req: WithCaller, res: Response, next: NextFunction): void => {
    const token = tokenOf(req);
    if (token === undefined) return GUARDED.test(req.path) ? next(unauthenticated(res, 'Send `Authorization: Bearer KEY`, with an API key or an access token.')) : next();
    authenticator()
      .identify(token)
      .then(
        (caller) => {
          const wait = limits.take(caller.keyId ?? caller.principalId, caller.requestsPerSecond ?? auth.requestsPerSecond);
          if (wait > 0) return next(limited(res, wait));
          req.caller = caller;
          if (isStream(req)) endWithKey(res, () => authenticator().identify(token), identifyMs);
          next();
        },
        (error: unknown) => {
          if (error instanceof HoldfastError && error.code === 'unauthenticated') unauthenticated(res, error.message);
          next(error);
        },
      );
  };
}

/** AG-UI is a stream whatever was asked for. */
const isStream = (req: Request): boolean => /text\/event-stream/i.test(req.headers.accept ?? '') || req.query['format'] === 'ag-ui';

/** A stream that is open when its key ends does not outlive it. */
function endWithKey(res: Response, identify: () => Promise<unknown>, everyMs: number): void {
  const look = setInterval(() => {
    identify().catch((error: unknown) => {
      if (error instanceof HoldfastError && error.code === 'unauthenticated') res.destroy();
    });
  }, everyMs);
  res.on('close', () => clearInterval(look));
}

/** A key or token as it was sent; of the cookie only where it counts. */
export function tokenOf(req: Request): string | undefined {
  const sent = /^bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
  if (sent !== undefined || !CODEC.test(req.path)) return sent;
  return (req.headers.cookie ?? '').split(/; */).find((pair) => pair.startsWith(`${SESSION_COOKIE}=`))?.slice(SESSION_COOKIE.length + 1);
}

function unauthenticated(res: Response, detail: string): HoldfastError {
  res.setHeader('WWW-Authenticate', 'Bearer realm="holdfast"');
  return new HoldfastError('unauthenticated', detail);
}

function limited(res: Response, seconds: number): HoldfastError {
  res.setHeader('Retry-After', String(seconds));
  return new HoldfastError('rate_limited', `More than this key may send; there is room again in ${seconds} s.`);
}
