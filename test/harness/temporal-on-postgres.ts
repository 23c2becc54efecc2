import { join } from 'node:path';
import { temporalCluster, type TemporalCluster, temporalClusterTools } from '#platform/stack';
import { Child } from './child.js';
import { SETUP } from './setup.js';
import { until } from './until.js';

/** Temporal's production server on Postgres, killed and started again like the dev server; its Postgres runs on. */
export class TemporalOnPostgres {
  private constructor(
    private readonly cluster: TemporalCluster,
    private readonly postgres: Child,
    private readonly server: Child,
  ) {}

  /** @throws Error saying why it cannot be had here. */
  static async start(folder: string): Promise<TemporalOnPostgres> {
    const tools = await temporalClusterTools(SETUP);
    if ('missing' in tools) throw new Error(`Temporal's server on Postgres: ${tools.missing}`);
    const cluster = await temporalCluster(tools, folder);
    const child = (name: string, { command, args, env }: TemporalCluster['server']): Child => new Child(name, { command, args: [...args], env: { ...env }, log: join(folder, `${name}.log`) });
    const temporal = new TemporalOnPostgres(cluster, child('temporal-postgres', cluster.postgres), child('temporal', cluster.server));
    await temporal.postgres.start();
    await until('its Postgres', () => cluster.postgresAnswers(), 60_000);
    await cluster.makeSchema();
    await temporal.start();
    return temporal;
  }

  get address(): string {
    return this.cluster.address;
  }

  get databases(): TemporalCluster['databases'] {
    return this.cluster.databases;
  }

  get running(): boolean {
    return this.server.running;
  }

  async start(): Promise<void> {
    await this.server.start();
    await until('Temporal', async () => (await this.cluster.makeNamespace(), true), 60_000);
  }

  kill(): Promise<void> {
    return this.server.kill();
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.postgres.kill();
  }
}
