import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { TASK_QUEUES, type RunRef, type RunStatus, workflowIds, WORKFLOWS } from '#contracts';
import { ALL_TENANTS, createPool, migrate, type Pool, readRun, type RunRow, withTx } from '#store';
import { bundleWorkflows } from '#apps/worker/src/bundle';
import { freePort } from '#platform/stack';
import { Child } from './child.js';
import { CuttableProxy } from './cuttable-proxy.js';
import { TestPostgres } from './postgres.js';
import { type Scenario } from './scenario.js';
import { writeRun } from './start-run.js';
import { TemporalOnPostgres } from './temporal-on-postgres.js';
import { TestTemporal } from './temporal.js';
import { untilReached } from './until.js';

const ROOT = join(import.meta.dirname, '../..');

/** Every part of Holdfast as a process of its own, with data of its own: each can be killed and started again. */
export class Stack {
  private constructor(
    readonly folder: string,
    readonly postgres: TestPostgres,
    readonly temporal: TestTemporal | TemporalOnPostgres,
    readonly runtime: Child,
    readonly worker: Child,
    readonly api: Child,
    readonly apiUrl: string,
    readonly pool: Pool,
    readonly client: Client,
    /** TCP doors between worker and API on one side and the servers on the other. */
    readonly doors: { postgres: CuttableProxy; temporal: CuttableProxy },
  ) {}

  /** `script`: what the model plays; `worker`: the product's own entry where no test kills the worker; it bundles the workflows each time it starts. */
  static async start({ worker: entry = 'test/worker-main.ts', script = 'test/harness/scenario.ts', env: more = {}, temporal: kind = 'dev' }: { worker?: string; script?: string; env?: Record<string, string>; temporal?: 'dev' | 'postgres' } = {}): Promise<Stack> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-kill-'));
    const [postgres, temporal, bundle] = await Promise.all([TestPostgres.start(folder), kind === 'postgres' ? TemporalOnPostgres.start(folder) : TestTemporal.start(folder), bundleWorkflows()]);
    await Promise.all([migrate(postgres.url), writeFile(join(folder, 'bundle.js'), bundle.code)]);
    const runtimePort = await freePort();
    const runtime = part(folder, 'runtime', 'libs/models/src/scripted/main.ts', ['--port', String(runtimePort), '--script', join(ROOT, script)], {}, /ready at/);
    const port = await freePort();
    const doors = { postgres: await door(new URL(postgres.url).host), temporal: await door(temporal.address) };
    const env = {
      DATABASE_URL: postgres.url.replace(/:\d+\//, `:${doors.postgres.port}/`), TEMPORAL_ADDRESS: `127.0.0.1:${doors.temporal.port}`, HOLDFAST_DATA_DIR: folder, HOLDFAST_PORT: String(port), HOLDFAST_RUNTIME: 'ollama',
      HOLDFAST_RUNTIME_URL: `http://127.0.0.1:${runtimePort}`, HOLDFAST_MODEL: 'play?steps=3', HOLDFAST_EMBED_MODEL: 'scripted-embed', HOLDFAST_PROBE_AGENT: '1',
      HOLDFAST_MODEL_SLOTS: '4', HOLDFAST_TEST_BUNDLE: join(folder, 'bundle.js'), ...more,
    };
    const worker = part(folder, 'worker', entry, [], env, /worker ready/);
    const api = part(folder, 'api', 'apps/api/src/main.ts', [], env, /api ready/);
    await Promise.all([runtime.start(), worker.start()]);
    const client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
    return new Stack(folder, postgres, temporal, runtime, worker, api, `http://127.0.0.1:${port}`, createPool(postgres.url, { max: 4, name: 'holdfast-test' }), client, doors);
  }

  /** Starts a run of the probe agent that plays `scenario`. */
  async startRun(scenario: Scenario): Promise<RunRef> {
    const ref = await writeRun(this.pool, scenario);
    await this.client.workflow.start(WORKFLOWS.agentRun, { workflowId: workflowIds.run(ref.runId), taskQueue: TASK_QUEUES.main, args: [ref] });
    return ref;
  }

  async run(ref: RunRef): Promise<RunRow> {
    const run = await withTx(this.pool, ALL_TENANTS, (tx) => readRun(tx, ref));
    if (!run) throw new Error('the run is gone');
    return run;
  }

  untilStatus(ref: RunRef, status: RunStatus, ms?: number): Promise<RunRow> {
    return untilReached(`status ${status} of run ${ref.runId}`, async () => {
      const run = await this.run(ref);
      return run.status === status ? run : Promise.reject(new Error(`status ${run.status}, head ${run.head_step}, next ${run.next_step}`));
    }, ms);
  }

  /** Waits until the run has opened step `n`. */
  untilStep(ref: RunRef, n: number, ms?: number): Promise<RunRow> {
    return untilReached(`step ${n} of run ${ref.runId}`, async () => {
      const run = await this.run(ref);
      return run.next_step > n ? run : Promise.reject(new Error(`status ${run.status}, head ${run.head_step}, next ${run.next_step}`));
    }, ms);
  }

  log(part: 'worker' | 'api' | 'runtime'): Promise<string> {
    return readFile(join(this.folder, `${part}.log`), 'utf8');
  }

  async stop(): Promise<void> {
    await this.pool.end().catch(() => undefined);
    await this.client.connection.close().catch(() => undefined);
    await Promise.all([this.worker.kill(), this.api.kill(), this.runtime.kill()]);
    await Promise.all([this.doors.postgres.cut(), this.doors.temporal.cut()]);
    await Promise.all([this.postgres.stop(), this.temporal instanceof TemporalOnPostgres ? this.temporal.stop() : this.temporal.kill()]);
    if (!process.env['HOLDFAST_KEEP_TEST_DATA']) await rm(this.folder, { recursive: true, force: true });
  }
}

async function door(address: string): Promise<CuttableProxy> {
  const [host, port] = address.split(':');
  const proxy = new CuttableProxy({ host: host!, port: Number(port) });
  await proxy.open();
  return proxy;
}

function part(folder: string, name: string, entry: string, args: string[], env: Record<string, string>, ready: RegExp): Child {
  return new Child(name, { command: process.execPath, args: ['--import', join(ROOT, 'test/setup/source-loader.mjs'), join(ROOT, entry), ...args], env, log: join(folder, `${name}.log`), ready });
}
