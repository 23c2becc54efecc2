import type { NextFunction, Request, Response } from 'express';
import { HoldfastError } from '#contracts';

/**
 * Refuses requests that do not name this machine, and those that come from another site's page: a name that an
 * attacker points at 127.0.0.1 (DNS rebinding) would otherwise let any web page drive the API.
 */
export function checkHost(req: Request, _res: Response, next: NextFunction): void {
  if (!isLoopbackName(hostnameOf(`http://${req.headers.host ?? ''}`))) {
    return next(new HoldfastError('forbidden_host', 'Address the API as 127.0.0.1, localhost or [::1].'));
  }
  const { origin } = req.headers;
  if (origin !== undefined && !isLoopbackName(hostnameOf(origin))) {
    return next(new HoldfastError('forbidden_host', "Pages of other sites can't call the API."));
  }
  next();
}

function hostnameOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}

export function isLoopbackName(hostname: string | null): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (hostname !== null && /^127(\.\d{1,3}){3}$/.test(hostname));
}
