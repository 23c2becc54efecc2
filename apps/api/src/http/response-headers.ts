import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

const NOTHING = { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] };
/** The documentation page may load scripts, from here alone. */
const DOCS = { ...NOTHING, scriptSrc: ["'self'"], styleSrc: ["'self'", "'unsafe-inline'"], imgSrc: ["'self'", 'data:'], fontSrc: ["'self'"], connectSrc: ["'self'"] };

const headers = (directives: Record<string, string[]>): RequestHandler => helmet({ contentSecurityPolicy: { useDefaults: false, directives }, frameguard: { action: 'deny' }, crossOriginResourcePolicy: { policy: 'same-origin' } });
const ofApi = headers(NOTHING);
const ofDocs = headers(DOCS);

/** Headers of every answer. The console's pages have a policy of their own. */
export function setHeaders(req: Request, res: Response, next: NextFunction): void {
  res.setHeader('X-Request-Id', randomUUID());
  // Runs hold people's material: nothing may keep it but the client itself, and that only to ask whether it changed.
  if (/^\/v1\//i.test(req.path)) res.setHeader('Cache-Control', 'private, no-cache');
  (req.path.startsWith('/docs') ? ofDocs : ofApi)(req, res, next);
}
