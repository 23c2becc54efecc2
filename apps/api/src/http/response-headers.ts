import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

const DOCS_POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Headers of every answer. The documentation page may load scripts, from here alone. */
export function setHeaders(req: Request, res: Response, next: NextFunction): void {
  res.setHeader('X-Request-Id', randomUUID());
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('X-Frame-Options', 'DENY');
  res.setHeader('Referrer-Policy', 'no-referrer');
  res.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  res.setHeader('Content-Security-Policy', req.path.startsWith('/docs') ? DOCS_POLICY : API_POLICY);
  // Runs hold people's material: nothing may keep it but the client itself, and that only to ask whether it changed.
  if (req.path.startsWith('/v1/')) res.setHeader('Cache-Control', 'private, no-cache');
  next();
}
