import type { NextFunction, Request, Response } from 'express';
import type { Logger } from '#platform';

/** One line a request: route, status, time; no query, no body. */
export function logRequests(logger: Logger) {
  return (req: Request, res: Response, next: NextFunction): void => {
    const started = performance.now();
    const { method, path } = req;
    res.on('close', () => {
      const level = path === '/healthz' || path === '/readyz' ? 'debug' : 'info';
      logger[level]({ requestId: res.getHeader('X-Request-Id'), method, path, status: res.statusCode, ms: Math.round(performance.now() - started), ...(res.writableFinished ? {} : { cut: true }) }, 'request');
    });
    next();
  };
}
