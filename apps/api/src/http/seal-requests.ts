import type { NextFunction, RequestHandler, Response } from 'express';
import { inRun, type Pool } from '#store';
import type { WithCaller } from '../core/caller.js';

/** As the router reads it: letters and encoding of a path do not matter there. */
const OF_A_RUN = /^\/v1\/runs\/([0-9a-f-]{36})\//i;

/** Whatever a request writes to a sealed run (words, reasons, addenda) is sealed: its handler runs under the run's key. */
export function sealRequests(pool: () => Pool): RequestHandler {
  return (req: WithCaller, _res: Response, next: NextFunction) => {
    const runId = OF_A_RUN.exec(decoded(req.path))?.[1]?.toLowerCase();
    if (req.method !== 'POST' || !runId || !req.caller) return next();
    inRun(pool(), { tenantId: req.caller.tenantId, runId }, async () => next()).catch(next);
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
