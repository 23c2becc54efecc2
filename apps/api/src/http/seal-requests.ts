import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { LOCAL_TENANT } from '#contracts';
import { inRun, type Pool } from '#store';
import type { Caller } from '../core/caller.js';

const OF_A_RUN = /^\/v1\/runs\/([0-9a-f-]{36})\//;

/** Whatever a request writes to a sealed run (words, reasons, addenda) is sealed: its handler runs under the run's key. */
export function sealRequests(pool: () => Pool): RequestHandler {
  return (req: Request & { caller?: Caller }, _res: Response, next: NextFunction) => {
    const runId = OF_A_RUN.exec(req.path)?.[1];
    if (req.method !== 'POST' || !runId) return next();
    inRun(pool(), { tenantId: req.caller?.tenantId ?? LOCAL_TENANT, runId }, async () => next()).catch(next);
  };
}
