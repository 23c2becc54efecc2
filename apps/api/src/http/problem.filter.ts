import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { describeError, type Logger } from '#platform';
import { toProblem } from './problem.js';

const RUN_PATH = /^\/v1\/runs\/([0-9a-f-]{36})(?:\/|$)/;
const RETRY_AFTER_SECONDS: Record<number, string> = { 409: '1', 503: '2', 507: '30' };

/** The one place where an error becomes an answer: problem+json, whatever was thrown. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const req = host.switchToHttp().getRequest<Request>();
    const res = host.switchToHttp().getResponse<Response>();
    const path = req.originalUrl.split('?')[0] ?? '/';
    const problem = toProblem(error, path, RUN_PATH.exec(path)?.[1]);
    if (problem.status >= 500) this.logger[problem.code === 'internal' ? 'error' : 'warn']({ requestId: res.getHeader('X-Request-Id'), code: problem.code, error: describeError(error) }, 'a request failed');
    // A stream that has begun has no other way to say that it broke.
    if (res.headersSent) return void res.destroy();
    if (problem.retryable && RETRY_AFTER_SECONDS[problem.status]) res.setHeader('Retry-After', RETRY_AFTER_SECONDS[problem.status]!);
    res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }
}
