import { isIP } from 'node:net';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { HoldfastError } from '#contracts';
import type { Config } from '#platform';

/** Decides about origins itself, and more narrowly. */
const CODEC = /^\/v1\/codec(\/|$)/i;

/**
 * Refuses requests that do not name this machine, and those that come from another site's page: a name that an
 * attacker points here (DNS rebinding) would otherwise let any web page drive the API. An API that listens beyond
 * loopback takes addresses too, which nobody can rebind, and the names that it was told.
 */
export function checkHost({ host, auth }: Pick<Config, 'host' | 'auth'>): RequestHandler {
  const named = new Set(auth.apiHosts);
  const beyond = !isLoopbackName(host.includes(':') ? `[${host}]` : host);
  const isOurs = (hostname: string | null): boolean => hostname !== null && (isLoopbackName(hostname) || named.has(hostname) || (beyond && isIP(hostname.replace(/^\[|\]$/g, '')) > 0));
  const mayAsk = (origin: string, asked: string): boolean => {
    const from = URL.canParse(origin) ? new URL(origin) : null;
    if (from === null) return false;
    return from.host === asked || named.has(from.hostname) || (!beyond && isLoopbackName(from.hostname));
  };
  return (req: Request, _res: Response, next: NextFunction): void => {
    const asked = URL.canParse(`http://${req.headers.host ?? ''}`) ? new URL(`http://${req.headers.host}`) : null;
    if (!asked || asked.username !== '' || !isOurs(asked.hostname)) {
      return next(new HoldfastError('forbidden_host', beyond ? 'Address the API by its address, or by a name in HOLDFAST_API_HOSTS.' : 'Address the API as 127.0.0.1, localhost or [::1].'));
    }
    const { origin } = req.headers;
    if (origin !== undefined && !CODEC.test(req.path) && !mayAsk(origin, asked.host)) return next(new HoldfastError('forbidden_host', "Pages of other sites can't call the API."));
    next();
  };
}

export function isLoopbackName(hostname: string | null): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (hostname !== null && /^127(\.\d{1,3}){3}$/.test(hostname));
}
