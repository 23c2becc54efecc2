import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunDeps } from '#activities';
import { type ExaminationInput, LOCAL_TENANT, PRIORITY_KEYS, TASK_QUEUES, workflowIds, WORKFLOWS } from '#contracts';
import { describeError } from '#platform';
import { readFindings, withTx } from '#store';

const RETRY_MS = 30_000;

/**
 * Has every model that a role names examined once per version of its runtime, briefly and behind everything else. The
 * embedded runtime is left out: it is this project's own, and its contract is tested.
 */
export async function registerModels(deps: RunDeps, client: Client, serves: readonly string[], stopped: AbortSignal): Promise<void> {
  const due = new Set(serves.filter((id) => deps.gate.runtimes.has(id) && deps.gate.runtimes.get(id)!.kind !== 'embedded'));
  while (due.size > 0 && !stopped.aborted) {
    for (const id of due) {
      const done = await register(deps, client, id).catch((error: unknown) => (deps.logger.debug({ runtime: id, error: describeError(error) }, 'models could not be registered yet'), false));
      if (done) due.delete(id);
    }
    if (due.size > 0) await sleep(RETRY_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
}

/** False where the runtime does not answer yet. */
async function register(deps: RunDeps, client: Client, runtimeId: string): Promise<boolean> {
  const runtime = deps.gate.runtimes.get(runtimeId)!;
  const [version, names] = await Promise.all([runtime.version(), runtime.models()]);
  for (const model of deps.gate.router.modelsOf(runtimeId).filter((name) => names.includes(name) || names.includes(`${name}:latest`))) {
    const known = await withTx(deps.pool, LOCAL_TENANT, (tx) => readFindings(tx, { tenantId: LOCAL_TENANT, runtimeId, model }));
    if (known?.version === version) continue;
    const input: ExaminationInput = { tenantId: LOCAL_TENANT, runtimeId, model, queue: TASK_QUEUES.model(runtimeId, model), brief: true };
    await client.workflow.start(WORKFLOWS.examineModel, { workflowId: workflowIds.examination(runtimeId, model), taskQueue: TASK_QUEUES.main, args: [input], workflowIdConflictPolicy: 'USE_EXISTING', staticSummary: 'doctor', priority: { priorityKey: PRIORITY_KEYS.batch } });
  }
  return true;
}
