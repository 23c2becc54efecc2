import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, Runtime, type WorkflowBundle } from '@temporalio/worker';
import type { RunDeps } from '#activities';
import { bundleWorkflows } from '#apps/worker/src/bundle';
import { createWorkers, type RunningWorkers } from '#apps/worker/src/workers';
import { isLive, type Limits, LOCAL_PRINCIPAL, type RunRef, type RunStatus, TASK_QUEUES, WAKE_SIGNAL, workflowIds, WORKFLOWS } from '#contracts';
import { type Script, type ScriptedRuntime, startScriptedRuntime } from '#models/scripted';
import { type Config, createDataConverter, loadConfig } from '#platform';
import { registerSearchAttributes } from '#platform/stack';
import { changeStatus, createPool, type InboxKind, insertInbox, lockRun, type Pool, readRun, reopenRun, type RunRow, setLimits, withTx } from '#store';
import { testDatabase, type TestDatabase, testTemporal } from '../setup/servers.js';
import { runDeps } from './run-deps.js';
import { playScenario, type Scenario } from './scenario.js';
import { writeRun } from './start-run.js';
import { until } from './until.js';

// An activity that fails and is tried again is what these tests are about, and no news.
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR' } } });

let bundling: Promise<WorkflowBundle> | undefined;
/** Bundled once a spec file: it takes seconds. */
const bundle = (): Promise<WorkflowBundle> => (bundling ??= bundleWorkflows());

/** The worker in this process, over a database and a Temporal namespace of its own, with a model that follows a script. */
export class LoopStack {
  /** What the model answers; the scenarios of model names where a test sets nothing else. */
  script: Exclude<Script, unknown[]> = playScenario as Exclude<Script, unknown[]>;
  #workers: RunningWorkers | null = null;
  #running: Promise<void> = Promise.resolve();

  private constructor(
    private readonly database: TestDatabase,
    readonly pool: Pool,
    readonly client: Client,
    readonly config: Config,
    readonly deps: RunDeps,
  ) {}
  runtime!: ScriptedRuntime;

  /** `address`: of a Temporal of the caller's own; the one that the Jest run shares where none is given. */
  static async start(more: Partial<RunDeps> = {}, address: string = testTemporal(), env: Record<string, string> = {}): Promise<LoopStack> {
    const database = await testDatabase();
    const pool = createPool(database.url, { max: 20 });
    const namespace = `test-${randomUUID()}`;
    const connection = await Connection.connect({ address });
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 } as never });
    await until('the namespace', async () => (await registerSearchAttributes({ address }, namespace), true));
    let stack: LoopStack | undefined = undefined;
    const runtime = await startScriptedRuntime({ script: (request, n) => stack!.script(request, n) });
    const config = loadConfig({ DATABASE_URL: database.url, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, HOLDFAST_RUNTIME: 'ollama', HOLDFAST_RUNTIME_URL: runtime.url, HOLDFAST_MODEL_SLOTS: '4', ...env });
    const client = new Client({ connection, namespace, dataConverter: createDataConverter(config) });
    stack = new LoopStack(database, pool, client, config, runDeps(pool, runtime.url, more));
    stack.runtime = runtime;
    await stack.startWorkers();
    return stack;
  }

  async startWorkers(): Promise<void> {
    this.#workers = await createWorkers(this.config, this.deps, await bundle());
    this.#running = this.#workers.run();
  }

  /** As SIGTERM does. Resolves once they have stopped. */
  async stopWorkers(): Promise<void> {
    this.#workers?.shutdown();
    await this.#running;
  }

  async stop(): Promise<void> {
    await this.stopWorkers();
    await this.runtime.stop();
    this.deps.notifier.close();
    await this.client.connection.close();
    await this.pool.end();
    await this.database.drop();
  }

  async startRun(scenario: Scenario, more: Parameters<typeof writeRun>[2] = {}): Promise<RunRef> {
    const ref = await writeRun(this.pool, scenario, more);
    await this.startExecution(ref);
    return ref;
  }

  async startExecution(ref: RunRef): Promise<void> {
    await until('the workflow id to be free', async () => this.client.workflow.start(WORKFLOWS.agentRun, { workflowId: workflowIds.run(ref.runId), taskQueue: TASK_QUEUES.main, args: [{ tenantId: ref.tenantId, runId: ref.runId }] }));
  }

  /** What the API does when a person asks something: a row under the run's lock, then a wake; for a cancel also Temporal's. */
  async ask(ref: RunRef, kind: InboxKind, body?: string): Promise<void> {
    await withTx(this.pool, ref.tenantId, async (tx) => {
      await insertInbox(tx, ref, { kind, ...(body === undefined ? {} : { body }), principalId: LOCAL_PRINCIPAL });
      if (kind === 'cancel') await changeStatus(tx, ref, ['running', 'waiting_runtime', 'waiting_input', 'paused'], 'cancelling', null);
    });
    await this.handle(ref).signal(WAKE_SIGNAL);
    if (kind === 'cancel') await this.handle(ref).cancel();
  }

  /** A resume of a run that has ended for its limits or its drift. */
  async reopen(ref: RunRef, limits: Partial<Limits>): Promise<void> {
    await withTx(this.pool, ref.tenantId, async (tx) => {
      await lockRun(tx, ref);
      const run = (await readRun(tx, ref))!;
      await setLimits(tx, ref, { ...run.limits, ...limits });
      await reopenRun(tx, ref);
    });
    await this.startExecution(ref);
  }

  handle(ref: RunRef) {
    return this.client.workflow.getHandle(workflowIds.run(ref.runId));
  }

  run(ref: RunRef): Promise<RunRow> {
    return withTx(this.pool, ref.tenantId, async (tx) => (await readRun(tx, ref))!);
  }

  untilStatus(ref: RunRef, status: RunStatus, ms?: number): Promise<RunRow> {
    return until(`status ${status} of run ${ref.runId}`, async () => {
      const run = await this.run(ref);
      if (run.status !== status && !isLive(run.status)) return run;
      return run.status === status ? run : Promise.reject(new Error(`status ${run.status}, next step ${run.next_step}`));
    }, ms);
  }

  untilStep(ref: RunRef, n: number): Promise<RunRow> {
    return until(`step ${n} of run ${ref.runId}`, async () => {
      const run = await this.run(ref);
      return run.next_step > n ? run : null;
    });
  }

  async eventTypes(ref: RunRef): Promise<string[]> {
    const { rows } = await withTx(this.pool, ref.tenantId, (tx) => tx.query<{ type: string }>('select type from events where run_id = $1 order by seq', [ref.runId]));
    return rows.map((r) => r.type);
  }

  /** Gives what should not happen the time to happen. */
  quiet(ms: number): Promise<void> {
    return sleep(ms);
  }
}
