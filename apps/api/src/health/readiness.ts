import { Inject, Injectable } from '@nestjs/common';
import { HoldfastError, type PartState, type Readiness } from '#contracts';
import { createDefaultRuntime } from '#models';
import type { Config } from '#platform';
import { pendingMigrations, type Pool } from '#store';
import { CONFIG, POOL } from '../core/tokens.js';
import { TemporalGateway } from '../temporal/temporal-gateway.js';

const ENOUGH_MS = 2_500;

/** Looks at each part that a run needs, and says what to do about one that is down. */
@Injectable()
export class ReadinessProbe {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(TemporalGateway) private readonly temporal: TemporalGateway,
  ) {}

  async look(): Promise<Readiness> {
    const { config } = this;
    const [postgres, migrations, temporal, runtime] = await Promise.all([
      check('Postgres answers.', 'Start Postgres, or set DATABASE_URL to one that runs.', async () => void (await this.pool.query('select 1')), 'Postgres does not answer.'),
      check('The schema is up to date.', 'Migrations run by themselves once Postgres answers; the log says why one failed.', () => this.requireMigrated(), 'Migrations are pending.'),
      check('Temporal answers.', 'Start Temporal, or set TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE; runs are accepted meanwhile and start once it is back.', () => this.temporal.check(), 'Temporal does not answer.'),
      check(`The runtime answers.`, `Start the runtime, or set HOLDFAST_RUNTIME and HOLDFAST_RUNTIME_URL; runs wait for it and go on by themselves.`, () => this.askRuntime(), `The runtime at ${config.runtimeUrl} does not answer.`),
    ]);
    const serving = [postgres, migrations, temporal].every((p) => p.state === 'ok');
    return { status: serving ? (runtime.state === 'ok' ? 'ready' : 'degraded') : 'not_ready', parts: { postgres, migrations, temporal, runtime } };
  }

  private async requireMigrated(): Promise<void> {
    const pending = await pendingMigrations(this.pool);
    if (pending.length) throw new HoldfastError('database_unavailable', `Migrations are pending: ${pending.join(', ')}.`);
  }

  private async askRuntime(): Promise<void> {
    await createDefaultRuntime(this.config).version();
  }
}

async function check(fine: string, remedy: string, ask: () => Promise<void>, broken: string): Promise<PartState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error('late')), ENOUGH_MS)));
  try {
    await Promise.race([ask(), late]);
    return { state: 'ok', detail: fine, remedy: null };
  } catch (error) {
    return { state: 'down', detail: error instanceof HoldfastError ? error.message : broken, remedy };
  } finally {
    clearTimeout(timer);
  }
}
