import type { NativeConnection } from '@temporalio/worker';
import type { RunDeps } from '#activities';
import { countPollers } from '#platform';
import { ALL_TENANTS, changeStatus, readWaitingForModel, withTx } from '#store';

/** TASK_QUEUE_TYPE_ACTIVITY of Temporal's API. */
const ACTIVITY_QUEUE = 2;
/** Nothing of a run has happened for so long: its model call is not merely on its way. */
const QUIET_SECONDS = 5;
const PAGE = 200;

export type DesertedOptions = { deps: RunDeps; connection: NativeConnection; namespace: string; /** Queues that this process serves. */ served: ReadonlyMap<string, unknown> };

/**
 * Runs whose model call waits in a queue that no gate serves, for its machine is off: they say `waiting_runtime`. The
 * call stays where it is, and its answer sets them running again.
 */
export async function noteDeserted({ deps, connection, namespace, served }: DesertedOptions): Promise<void> {
  const waiting = await withTx(deps.pool, ALL_TENANTS, (tx) => readWaitingForModel(tx, QUIET_SECONDS, PAGE));
  const known = new Map<string, boolean>();
  for (const { runtimeId, model, ...ref } of waiting) {
    const { queue } = deps.gate.router.forModel(`${runtimeId}/${model}`);
    if (served.has(queue)) continue;
    const isServed = known.get(queue) ?? (await hasGate(connection, namespace, queue));
    known.set(queue, isServed);
    if (isServed) continue;
    const reason = { code: 'runtime_unavailable' as const, detail: `No gate serves ${runtimeId}. Start \`npm run gate\` on its machine, with HOLDFAST_GATES=${runtimeId}.` };
    await withTx(deps.pool, ref.tenantId, (tx) => changeStatus(tx, ref, ['running'], 'waiting_runtime', reason));
    deps.notifier.announce(ref.runId, 0);
  }
}

async function hasGate(connection: NativeConnection, namespace: string, name: string): Promise<boolean> {
  const { pollers } = await connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType: ACTIVITY_QUEUE });
  return countPollers(pollers) > 0;
}
