import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '#contracts';
import { temporalCli } from '../../libs/platform/src/stack/setup/temporal-binaries.js';
import { Child } from './child.js';
import { freePort } from './free-port.js';
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
    const dynamic = [...['transfer', 'timer', 'visibility'].map((q) => `history.${q}ProcessorMaxPollRPS=2000`), ...config].flatMap((v) => ['--dynamic-config-value', v]);
    // As the embedded stack starts it.
    const pragmas = ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'];
    const attributes = Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${TYPES[type]}`]);
    const args = ['server', 'start-dev', '--db-filename', join(folder, 'temporal.db'), '--ip', '127.0.0.1', '--port', String(port), '--headless', '--log-level', 'error', ...dynamic, ...pragmas, ...attributes];
    const child = new Child('temporal', { command: await temporalCli(SETUP), args, log: join(folder, 'temporal.log') });
    const temporal = new TestTemporal(child, `127.0.0.1:${port}`);
    await temporal.start();
    return temporal;
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
