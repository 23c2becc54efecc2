import type { NextFunction, Request, Response } from 'express';
import { inScope, logFields, type Tracing } from '#platform/telemetry';
import { routeOf } from './route-of.js';

/**
 * One span a request, under the caller's where it says so (`traceparent`). What the request starts in Temporal hangs on
 * it, and what is logged meanwhile carries its ids. The path is no attribute: the route is.
 */
export function traceRequests(tracing: Tracing) {
  return (req: Request, res: Response, next: NextFunction): void => {
    const given = req.headers['traceparent'];
    const span = tracing.start({ name: req.method, kind: 'server', parent: typeof given === 'string' ? given : undefined, attributes: { httpMethod: req.method } });
    res.on('close', () => {
      const { statusCode } = res;
      span.rename(`${req.method} ${routeOf(req)}`);
      span.set({ httpRoute: routeOf(req), httpStatus: statusCode });
      span.end(statusCode >= 500 ? { error: String(statusCode) } : {});
    });
    inScope({ log: logFields(span), span }, next);
  };
}
