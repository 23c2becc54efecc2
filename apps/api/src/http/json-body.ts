import { json, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { HoldfastError } from '#contracts';
import { JSON_LIMIT, RUN_LIMIT } from '../core/api-options.js';
import { depthOf } from '../core/canonical-json.js';
import { InvalidRequest } from './invalid-request.js';

const MAX_DEPTH = 64;

/** Reads JSON bodies up to 2 MB, a run's up to 24; multipart and NDJSON bodies are left for the route that takes them, anything else is refused. */
export function jsonBody(): RequestHandler[] {
  return [refuseOtherTypes, json({ limit: RUN_LIMIT, type: (req) => isJson(req) && isRun(req as Request) }), json({ limit: JSON_LIMIT, type: (req) => isJson(req) && !isRun(req as Request) }), shape];
}

function refuseOtherTypes(req: Request, _res: Response, next: NextFunction): void {
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  if (!hasBody || isJson(req) || req.is('multipart/form-data') || req.is('application/x-ndjson')) return next();
  next(new HoldfastError('unsupported_media_type', 'Send JSON with Content-Type: application/json; files go as multipart/form-data.'));
}

const isRun = (req: Request): boolean => req.method === 'POST' && req.path === '/v1/runs';

function isJson(req: { headers: { 'content-type'?: string } }): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(req.headers['content-type'] ?? '');
}

/** A missing body counts as an empty one; one that is nested too deeply would exhaust the stack of whatever reads it. */
function shape(req: Request, _res: Response, next: NextFunction): void {
  if (req.body === undefined) req.body = {};
  if (depthOf(req.body, MAX_DEPTH + 1) > MAX_DEPTH) return next(new InvalidRequest([{ path: '', message: `the body is nested more than ${MAX_DEPTH} levels deep` }]));
  next();
}
