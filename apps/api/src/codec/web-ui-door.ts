import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { HoldfastError } from '#contracts';
import { isLoopbackName } from '../http/host-check.js';

/**
 * Lets pages of Temporal's Web UI ask the codec, and those of no other site: what it answers is what the codec hides.
 * `uiUrl` is where the Web UI is; on loopback any name of this machine will do for it, with its port.
 */
export function webUiDoor(uiUrl: string | undefined): RequestHandler {
  return (req: Request, res: Response, next: NextFunction): void => {
    const { origin } = req.headers;
    if (origin === undefined) return next();
    if (uiUrl === undefined || !isSame(new URL(uiUrl), origin)) return next(new HoldfastError('forbidden_host', "Only Temporal's Web UI may ask the codec."));
    res.setHeader('Access-Control-Allow-Origin', origin).setHeader('Access-Control-Allow-Credentials', 'true').setHeader('Vary', 'Origin');
    if (req.method !== 'OPTIONS') return next();
    res.setHeader('Access-Control-Allow-Methods', 'POST').setHeader('Access-Control-Allow-Headers', 'content-type, x-namespace, authorization, authorization-extras').setHeader('Access-Control-Max-Age', '600');
    res.status(204).end();
  };
}

function isSame(ui: URL, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const given = new URL(origin);
  return given.origin === ui.origin || (given.protocol === ui.protocol && given.port === ui.port && isLoopbackName(given.hostname) && isLoopbackName(ui.hostname));
}
