import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { createNotifier, createPool, type Notifier, type Pool } from '#store';
import { NO_TELEMETRY } from '../telemetry/telemetry.js';
import { TemporalGateway } from '../temporal/temporal-gateway.js';
import { Authenticator } from '../auth/authenticator.js';
import { RoleGuard } from '../auth/role.guard.js';
import { AgentCatalogue } from './agent-catalogue.js';
import { type ApiOptions, TIMING } from './api-options.js';
import { Connections } from './connections.js';
import { IdempotentWrites } from './idempotent-writes.js';
import { CONFIG, LOGGER, NOTIFIER, OPTIONS, POOL, TELEMETRY, TIMINGS } from './tokens.js';

/** What every other module uses: configuration, the database, Temporal, the agents. */
@Module({})
export class CoreModule {
  static with(options: ApiOptions): DynamicModule {
    const providers = [
      { provide: OPTIONS, useValue: options },
      { provide: CONFIG, useValue: options.config },
      { provide: LOGGER, useValue: options.logger },
      { provide: TELEMETRY, useValue: options.telemetry ?? NO_TELEMETRY },
      { provide: TIMINGS, useValue: { ...TIMING, ...options.timing } },
      { provide: POOL, useFactory: (): Pool => createPool(options.config.databaseUrl, { max: 16, name: 'holdfast-api' }) },
      { provide: NOTIFIER, useFactory: (pool: Pool): Notifier => createNotifier(pool), inject: [POOL] },
      { provide: AgentCatalogue, useFactory: () => new AgentCatalogue(options.agents) },
      TemporalGateway,
      Authenticator,
      IdempotentWrites,
      Connections,
    ];
    return { module: CoreModule, global: true, providers: [...providers, { provide: APP_GUARD, useClass: RoleGuard }], exports: providers };
  }
}
