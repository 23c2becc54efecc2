import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import { Client, Connection } from '@temporalio/client';
import { createBatchActivities, createExaminationActivities, createIngestionActivities, createReconcilerActivities, createRunActivities, createRetentionActivities, createScheduleActivities, createWebhookActivities, type RunDeps } from '#activities';
import { TASK_QUEUES, workflowIds, WORKFLOWS } from '#contracts';
import { type Config, createDataConverter, createPublicHosts } from '#platform';
import { createGates } from './gates.js';
import { registerModels } from './register-models.js';
import { createRunStarter } from './starter.js';
import { startDelivery, startRetention } from './background.js';

/** Workflows keep their sticky queue this long after their worker is gone. */
const STICKY_TIMEOUT = '3s' as const;
/** So that a cancel reaches an activity promptly. */
const HEARTBEAT_THROTTLE = '2s' as const;
const GRACE = '8s' as const;

/** What every worker of a gate has, wherever it runs. */
export const GATE_WORKER = { shutdownGraceTime: GRACE, maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE };

/** Milliseconds before a start of the reconciler that Temporal did not take is tried again. */
const START_RETRY_MS = 5_000;

export type RunningWorkers = { run(): Promise<void>; shutdown(): void };

/**
 * The main worker (workflows and everything that is quick) and the gates', which serve the model calls of runtimes
 * with as many slots as those have: what queues, queues in Temporal and never inside a runtime.
 */
export async function createWorkers(config: Config, deps: RunDeps, workflowBundle: WorkflowBundle): Promise<RunningWorkers> {
  const dataConverter = createDataConverter(config);
  const connection = await NativeConnection.connect({ address: config.temporalAddress });
  const clientConnection = await Connection.connect({ address: config.temporalAddress });
  const client = new Client({ connection: clientConnection, namespace: config.temporalNamespace, dataConverter });
  const { callModel, compactRun, ...quick } = createRunActivities(deps);
  const shared = { connection, namespace: config.temporalNamespace, dataConverter, ...GATE_WORKER };
  const main = await Worker.create({
    ...shared,
    taskQueue: TASK_QUEUES.main,
    workflowBundle,
    activities: {
      ...quick,
      ...createIngestionActivities({ ...deps, maxFileBytes: config.maxFileBytes }),
      ...createBatchActivities(deps),
      ...createScheduleActivities(deps),
      ...createWebhookActivities({ pool: deps.pool, hosts: createPublicHosts(config.webhookHosts), startDelivery: (ref) => startDelivery(client, ref) }),
      ...createRetentionActivities({ pool: deps.pool, rules: config.retention }),
      ...createReconcilerActivities({ pool: deps.pool, notifier: deps.notifier, starter: createRunStarter(client) }),
    },
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
    maxCachedWorkflows: 200,
    maxConcurrentActivityTaskExecutions: 50,
  });
  const examination = createExaminationActivities({ pool: deps.pool, runtimes: deps.gate.runtimes, contextTokens: config.contextTokens });
  const gates = await createGates(deps, { callModel, compactRun, ...examination }, shared, config.gates);
  return {
    async run() {
      const running = Promise.all([main.run(), gates.run()]);
      const stopped = new AbortController();
      const starting = Promise.all([startReconciler(client, stopped.signal), startRetention(client, stopped.signal), registerModels(deps, client, config.gates, stopped.signal)]);
      try {
        await running;
      } finally {
        stopped.abort();
        await starting;
        await connection.close();
        await clientConnection.close();
      }
    },
    shutdown() {
      main.shutdown();
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
