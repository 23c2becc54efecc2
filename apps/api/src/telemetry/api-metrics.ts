import type { NextFunction, Request, Response } from 'express';
import { HoldfastError } from '#contracts';
import type { Meters } from '#platform/telemetry';
import { ALL_TENANTS, type Pool, readRunCounts, WAITING_STATUSES, withTx } from '#store';
import { routeOf } from './route-of.js';

/** Scrapes within this time are given the same counts of runs. */
const FRESH_MS = 5_000;
const WAITING = new Set<string>(WAITING_STATUSES);

/** What a scrape looks at beside what was counted. */
export type Looks = { pool: Pool; readers: () => number };

export interface ApiMetrics {
  /** Express middleware that counts requests. */
  readonly count: (req: Request, res: Response, next: NextFunction) => void;
  /** Answers a scrape, on loopback only. */
  readonly scrape: (looks: () => Looks) => (req: Request, res: Response, next: NextFunction) => void;
  close(): Promise<void>;
}

/** Metrics of the API. Loaded only where they are asked for. */
export async function openApiMetrics(): Promise<ApiMetrics> {
  const { startPrometheus } = await import('#platform/telemetry/prometheus');
  const { meters, answer, close } = startPrometheus();
  let countedAt = -Infinity;

  async function countRuns(pool: Pool): Promise<void> {
    if (Date.now() - countedAt < FRESH_MS) return;
    countedAt = Date.now();
    const counts = await withTx(pool, ALL_TENANTS, readRunCounts).catch(() => null);
    meters.set('holdfast_database_up', {}, counts ? 1 : 0);
    for (const { status, runs, oldestSeconds } of counts ?? []) {
      meters.set('holdfast_runs', { status }, runs);
      if (WAITING.has(status)) meters.set('holdfast_run_wait_seconds', { status }, oldestSeconds);
    }
  }

  return {
    count: (req, res, next) => {
      const started = performance.now();
      res.on('close', () => note(meters, req, res, (performance.now() - started) / 1_000));
      next();
    },
    scrape: (looks) => (req, res, next) => {
      // What a proxy on this machine passes on is somebody else's.
      if (!/^(127\.|::1$|::ffff:127\.)/.test(req.socket.remoteAddress ?? '') || req.headers['x-forwarded-for'] !== undefined || req.headers['forwarded'] !== undefined) return next(new HoldfastError('forbidden_host', 'Metrics are given on loopback only.'));
      const { pool, readers } = looks();
      meters.set('holdfast_event_readers', {}, readers());
      countRuns(pool).then(() => answer(req, res), next);
    },
    close,
  };
}

/** By the route, as it is declared: a path holds ids, and whatever else somebody asks for. */
function note(meters: Meters<'api'>, req: Request, res: Response, seconds: number): void {
  const route = routeOf(req);
  meters.add('holdfast_http_requests_total', { method: req.method, route, status: String(res.statusCode) });
  if (!String(res.getHeader('content-type')).startsWith('text/event-stream')) meters.observe('holdfast_http_request_seconds', { method: req.method, route }, seconds);
}
