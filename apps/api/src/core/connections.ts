import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Notifier, Pool } from '#store';
import { TemporalGateway } from '../temporal/temporal-gateway.js';
import { NOTIFIER, POOL } from './tokens.js';

/** Closes the process's connections once the last request is answered. */
@Injectable()
export class Connections implements OnApplicationShutdown {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(NOTIFIER) private readonly notifier: Notifier,
    @Inject(TemporalGateway) private readonly temporal: TemporalGateway,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    this.notifier.close();
    await Promise.all([this.pool.end(), this.temporal.close()]);
  }
}
