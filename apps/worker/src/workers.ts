import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import { Client, Connection } from '@temporalio/client';
import { createBatchActivities, createIngestionActivities, createReconcilerActivities, createRunActivities, createRetentionActivities, createScheduleActivities, createVision, createWebhookActivities, type RunDeps } from '#activities';
import { DEPLOYMENT, TASK_QUEUES, type WorkerRole, workflowIds, WORKFLOWS } from '#contracts';
import { type Config, createDataConverter, createPublicHosts, temporalConnection } from '#platform';
import { configuredRunKeys, useRunKeys } from '#store';
import { type Meters, traceStarts } from '#platform/telemetry';
import { NO_TELEMETRY, observing, type WorkerTelemetry } from './telemetry/telemetry.js';
import { watchQueues } from './telemetry/watch-queues.js';
import { trustedRuntimes } from './trusted-runtimes.js';
import { createGates } from './gates.js';
import { registerModels } from './register-models.js';
import { createRunStarter } from './starter.js';
import { startDelivery, startRetention } from './background.js';

/** Workflows keep their sticky queue this long after their worker is gone. */
const STICKY_TIMEOUT = '3s' as const;
/** So that a cancel reaches an activity promptly. */
const HEARTBEAT_THROTTLE = '2s' as const;

/** What every worker has, wherever it runs. */
export const workerOptions = ({ drainSeconds }: Pick<Config, 'drainSeconds'>) => ({ shutdownGraceTime: drainSeconds * 1_000, maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE });

/** Milliseconds before a start of the reconciler that Temporal did not take is tried again. */
const START_RETRY_MS = 5_000;

/** The same for all processes that share a folder of workspaces on one machine, and after each start. */
export const hostIdOf = ({ dataDir }: Pick<Config, 'dataDir'>): string => createHash('sha256').update(`${hostname()}\0${dataDir}`).digest('hex').slice(0, 16);

export type RunningWorkers = { run(): Promise<void>; shutdown(): void };

/**
 * The workers of this process, by its roles: the main one (workflows and everything that is quick), those for tool
 * calls and documents where they have queues of their own, and the gates', which serve the model calls of runtimes with
 * as many slots as those have: what queues, queues in Temporal and never inside a runtime.
 */
export async function createWorkers(config: Config, given: RunDeps, workflowBundle: WorkflowBundle | null, telemetry: WorkerTelemetry = NO_TELEMETRY): Promise<RunningWorkers> {
  const has = (role: WorkerRole): boolean => config.workerRoles.includes(role);
  const hostQueue = TASK_QUEUES.host(hostIdOf(config));
  const deps = { maySeeSensitive: trustedRuntimes(config), ...given, ...(has('tools') ? { hostQueue } : { toolQueue: TASK_QUEUES.tools }) };
  useRunKeys(configuredRunKeys(config));
  const dataConverter = createDataConverter(config);
  const server = temporalConnection(config);
  const connection = await NativeConnection.connect(server);
  const clientConnection = await Connection.connect(server);
  const client = new Client({ connection: clientConnection, namespace: config.temporalNamespace, dataConverter, ...(telemetry.tracing ? { interceptors: { workflow: [traceStarts(telemetry.tracing)] } } : {}) });
  const starter = createRunStarter(client);
  const { callModel: _call, compactRun: _compact, ...quick } = createRunActivities({ ...deps, startRun: (run) => starter.start({ ...run, startAt: run.startAt ?? null, resumed: run.again }) });
  const ingestion = createIngestionActivities({ ...deps, vision: createVision(deps.gate), maxFileBytes: config.maxFileBytes, documentQueue: has('documents') ? undefined : TASK_QUEUES.documents });
  const shared = { connection, namespace: config.temporalNamespace, dataConverter, ...workerOptions(config), ...observing(telemetry) };
  const workers: Worker[] = [];
  if (workflowBundle && has('workflows')) {
    workers.push(await Worker.create({
      ...shared,
      taskQueue: TASK_QUEUES.main,
      workflowBundle,
      activities: {
        ...quick,
        ...ingestion,
        ...createBatchActivities(deps),
        ...createScheduleActivities(deps),
        ...createWebhookActivities({ pool: deps.pool, hosts: createPublicHosts(config.webhookHosts), startDelivery: (ref) => startDelivery(client, ref) }),
        ...createRetentionActivities({ pool: deps.pool, rules: config.retention }),
        ...createReconcilerActivities({ pool: deps.pool, notifier: deps.notifier, starter, agents: deps.agents }),
      },
      stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
      maxCachedWorkflows: 200,
      maxConcurrentActivityTaskExecutions: 50,
      ...(config.buildId === undefined ? {} : { workerDeploymentOptions: { version: { deploymentName: DEPLOYMENT, buildId: config.buildId }, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' as const } }),
    }));
  }
  // One poller each: where this process carries workflows too, only what began while others took it comes this way.
  if (has('tools')) workers.push(await Worker.create({ ...shared, taskQueue: TASK_QUEUES.tools, activities: { callTool: quick.callTool }, maxConcurrentActivityTaskExecutions: 50, maxConcurrentActivityTaskPolls: has('workflows') ? 1 : 5 }));
  if (has('tools') && [...deps.agents.values()].some((agent) => agent.keepsFiles)) workers.push(await Worker.create({ ...shared, taskQueue: hostQueue, activities: { callTool: quick.callTool }, maxConcurrentActivityTaskExecutions: 50, maxConcurrentActivityTaskPolls: 1 }));
  if (has('documents')) workers.push(await Worker.create({ ...shared, taskQueue: TASK_QUEUES.documents, activities: { ingestFile: ingestion.ingestFile, embedDocument: ingestion.embedDocument }, maxConcurrentActivityTaskExecutions: 4, maxConcurrentActivityTaskPolls: has('workflows') ? 1 : 2 }));
  const serves = has('model') ? config.gates : [];
  const gates = await createGates(deps, shared, serves);
  const watch = (meters: Meters<'worker'>) =>
    watchQueues({
      connection, namespace: config.temporalNamespace, gate: deps.gate, meters, logger: deps.logger, serves,
      queues: () => [...(has('workflows') ? [{ queue: TASK_QUEUES.main, kind: 'workflow' as const }] : []), ...[...workers.map(({ options }) => options.taskQueue), ...gates.queues()].map((queue) => ({ queue, kind: 'activity' as const }))],
    });
  return {
    async run() {
      const running = Promise.all([...workers.map((worker) => worker.run()), gates.run()]);
      const stopped = new AbortController();
      const unwatch = telemetry.meters ? watch(telemetry.meters) : undefined;
      const starting = has('workflows') ? Promise.all([startReconciler(client, stopped.signal), startRetention(client, stopped.signal), registerModels(deps, client, config.gates, stopped.signal)]) : Promise.resolve();
      try {
        await running;
      } finally {
        unwatch?.();
        stopped.abort();
        await starting;
        await connection.close();
        await clientConnection.close();
      }
    },
    shutdown() {
      for (const worker of workers) worker.shutdown();
      gates.shutdown();
    },
  };
}

/** Starts the reconciler, which one worker or another has mostly done before; until it runs nothing repairs what falls out of step. */
async function startReconciler(client: Client, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    try {
      await client.workflow.start(WORKFLOWS.reconciler, { workflowId: workflowIds.reconciler, taskQueue: TASK_QUEUES.main, workflowIdConflictPolicy: 'USE_EXISTING', staticSummary: 'repairs what fell out of step' });
      return;
    } catch {
      await sleep(START_RETRY_MS, undefined, { signal: stopped }).catch(() => undefined);
    }
  }
}
