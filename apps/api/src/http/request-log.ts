import type { NextFunction, Response } from 'express';
import type { Logger } from '#platform';
import { currentScope } from '#platform/telemetry';
import type { WithCaller } from '../core/caller.js';

/** One line a request: who asked, route, status, time; no query, no body, no key. */
export function logRequests(logger: Logger) {
  return (req: WithCaller, res: Response, next: NextFunction): void => {
    const started = performance.now();
    const { method, path } = req;
    // Of the request's trace: the answer ends outside of its scope.
    const trace = currentScope()?.log;
    res.on('close', () => {
      const level = path === '/healthz' || path === '/readyz' ? 'debug' : 'info';
      logger[level]({ ...trace, requestId: res.getHeader('X-Request-Id'), principalId: req.caller?.principalId, method, path, status: res.statusCode, ms: Math.round(performance.now() - started), ...(res.writableFinished ? {} : { cut: true }) }, 'request');
    });
    next();
  };
}
