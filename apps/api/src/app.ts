import 'reflect-metadata';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { A2aModule } from './a2a/a2a.controller.js';
import { ApprovalsModule } from './approvals/approvals.controller.js';
import { AgentsModule } from './agents/agents.controller.js';
import { CodecModule } from './codec/codec.module.js';
import { webUiDoor } from './codec/web-ui-door.js';
import { serveConsole } from './console/serve-console.js';
import { type ApiOptions, TIMING } from './core/api-options.js';
import { identifyCaller } from './auth/identify-caller.js';
import { CoreModule } from './core/core.module.js';
import { BatchesModule } from './batches/batches.module.js';
import { CorporaModule } from './corpora/corpora.module.js';
import { EventHub } from './events/event-hub.js';
import { EventsModule } from './events/events.module.js';
import { KeysModule } from './keys/keys.module.js';
import { HealthModule } from './health/health.controller.js';
import { McpModule, onlyMessages } from './mcp/mcp.controller.js';
import { sealRequests } from './http/seal-requests.js';
import { configuredRunKeys, type Pool, useRunKeys } from '#store';
import { POOL } from './core/tokens.js';
import { answerUnreadable } from './http/answer-unreadable.js';
import { checkHost } from './http/host-check.js';
import { jsonBody } from './http/json-body.js';
import { nestLogger } from './http/nest-logger.js';
import { ProblemFilter } from './http/problem.filter.js';
import { logRequests } from './http/request-log.js';
import { RequestPipe } from './http/request-pipe.js';
import { setHeaders } from './http/response-headers.js';
import { serveDocument } from './openapi/document.js';
import { RunsModule } from './runs/runs.module.js';
import { RuntimesModule } from './runtimes/runtimes.controller.js';
import { CodesModule } from './codes/codes.controller.js';
import { Authenticator } from './auth/authenticator.js';
import { ownTenantOnly } from './auth/own-tenant.js';
import { AuditModule } from './audit/audit.controller.js';
import { SignOffModule } from './sign-off/sign-off.controller.js';
import { SchedulesModule } from './schedules/schedules.module.js';
import { ThreadsModule } from './threads/threads.controller.js';
import { TrainingModule } from './training/training.controller.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';
import { DriftModule } from './drift/drift.module.js';
import { NO_TELEMETRY } from './telemetry/telemetry.js';
import { traceRequests } from './telemetry/trace-requests.js';
import { VerificationsModule } from './verifications/verifications.controller.js';
import { WorldsModule } from './worlds/worlds.module.js';

@Module({})
class ApiModule {
  static with(options: ApiOptions): DynamicModule {
    return { module: ApiModule, imports: [CoreModule.with(options), RunsModule, ApprovalsModule, SignOffModule, AuditModule, KeysModule, CodesModule, BatchesModule, SchedulesModule, ThreadsModule, TrainingModule, EventsModule, CorporaModule, AgentsModule, RuntimesModule, WorldsModule, VerificationsModule, DriftModule, WebhooksModule, CodecModule, McpModule, A2aModule, HealthModule] };
  }
}

/**
 * How long a connection that nobody uses stays open. Longer than proxies and clients keep theirs, which most do for a
 * minute: the side that closes first must not be the one that a request may be on its way to.
 */
const IDLE_MS = 75_000;

/** The REST API, not yet listening. It starts whether or not Postgres and Temporal are there. */
export async function createApi(options: ApiOptions): Promise<NestExpressApplication> {
  useRunKeys(configuredRunKeys(options.config));
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.with(options), new ExpressAdapter(), {
    bodyParser: false,
    abortOnError: false,
    logger: nestLogger(options.logger),
  });
  app.disable('x-powered-by').disable('etag');
  const { tracing, metrics } = options.telemetry ?? NO_TELEMETRY;
  app.use(setHeaders, ...(metrics ? [metrics.count] : []), ...(tracing ? [traceRequests(tracing)] : []), logRequests(options.logger), checkHost(options.config));
  app.use('/v1/codec', webUiDoor(options.config.temporalUiUrl));
  app.use(identifyCaller(options.config.auth, () => app.get(Authenticator), options.timing?.identifyMs ?? TIMING.identifyMs));
  if (metrics) app.use('/metrics', ownTenantOnly, metrics.scrape(() => ({ pool: app.get<Pool>(POOL), readers: () => app.get(EventHub, { strict: false }).readers })));
  app.use(...jsonBody(), sealRequests(() => app.get<Pool>(POOL)));
  app.use('/v1/mcp', onlyMessages);
  app.useGlobalPipes(new RequestPipe());
  app.useGlobalFilters(new ProblemFilter(options.logger));
  serveDocument(app);
  serveConsole(app);
  await app.init();
  answerUnreadable(app.getHttpServer());
  app.getHttpServer().keepAliveTimeout = IDLE_MS;
  return app;
}
