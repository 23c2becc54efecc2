import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '#contracts';
import { freePort, TEMPORAL_ENV, TEMPORAL_PRAGMAS, TEMPORAL_SETTINGS, temporalCli } from '#platform/stack';
import { Child } from './child.js';
import { SETUP } from './setup.js';
import { until } from './until.js';

const TYPES = { KEYWORD: 'Keyword', INT: 'Int' } as const;

/** A Temporal dev server of the test's own, with its database file under `folder`. */
export class TestTemporal {
  private constructor(
    private readonly child: Child,
    readonly address: string,
  ) {}

  /** `config`: dynamic configuration, `name=value`. */
  static async start(folder: string, config: string[] = []): Promise<TestTemporal> {
    const port = await freePort();
    // As the embedded stack starts it.
    const dynamic = [...TEMPORAL_SETTINGS, ...config].flatMap((v) => ['--dynamic-config-value', v]);
    const pragmas = TEMPORAL_PRAGMAS.flatMap((v) => ['--sqlite-pragma', v]);
    const attributes = Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${TYPES[type]}`]);
    const args = ['server', 'start-dev', '--db-filename', join(folder, 'temporal.db'), '--ip', '127.0.0.1', '--port', String(port), '--headless', '--log-level', 'error', ...dynamic, ...pragmas, ...attributes];
    const child = new Child('temporal', { command: await temporalCli(SETUP), args, env: TEMPORAL_ENV, log: join(folder, 'temporal.log') });
    const temporal = new TestTemporal(child, `127.0.0.1:${port}`);
    await temporal.start();
    return temporal;
  }

  get running(): boolean {
    return this.child.running;
  }

  async start(): Promise<void> {
    await this.child.start();
    await until('Temporal', async () => {
      const connection = await Connection.connect({ address: this.address, connectTimeout: 1_000 });
      try {
        return Boolean(await connection.workflowService.describeNamespace({ namespace: 'default' }));
      } finally {
        await connection.close();
      }
    });
  }

  kill(): Promise<void> {
    return this.child.kill();
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}
