import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createEmbeddingActivities, createExaminationActivities, createJudgeActivities, createPictureActivities, createRunActivities, type RunDeps } from '#activities';
import { TASK_QUEUES } from '#contracts';
import { describeError } from '#platform';
import { ALL_TENANTS, liveRoutes, withTx } from '#store';
import { noteDeserted } from './deserted-queues.js';

/** Milliseconds between two looks for queues that live runs use and nobody serves any more. */
const SWEEP_MS = 5_000;
/** Judges at work at once, at each runtime. */
const JUDGES = 1;
/** Documents that are embedded at once: each sends its passages by the batch already. */
const EMBED_SLOTS = 1;

type Shared = Omit<WorkerOptions, 'taskQueue'> & { connection: NativeConnection };

export type Gates = { run(): Promise<void>; shutdown(): void; /** Task queues that are served now. */ queues(): string[] };

/**
 * The gates of this process: one queue a runtime and model, whose workers share the runtime's slots (see
 * docs/decisions/0070), and a lane for the documents that it embeds. `serves` names the runtimes; a process with a graphics card serves its own and no other.
 */
export async function createGates(deps: RunDeps, shared: Shared, serves: readonly string[]): Promise<Gates> {
  const activities = gateActivities(deps);
  const served = new Map<string, Worker>();
  const running: Promise<void>[] = [];
  const open = async (taskQueue: string, slots: number): Promise<Worker> => {
    const worker = await Worker.create({ ...shared, taskQueue, activities, maxConcurrentActivityTaskExecutions: slots });
    served.set(taskQueue, worker);
    return worker;
  };
  const ids = [...deps.gate.runtimes.keys()];
  for (const id of ids.filter((name) => serves.includes(name))) await Promise.all([...queuesOf(deps, id).map((queue) => open(queue, deps.gate.slots.get(id) ?? 1)), open(TASK_QUEUES.judge(id), JUDGES)]);
  if (serves.includes(deps.embedder.id)) await open(TASK_QUEUES.embeddings(deps.embedder.id), EMBED_SLOTS);

  /** Runs whose queue went away with a change of the configuration: their next call is sent on from there. And those whose gate is away. */
  async function sweep(): Promise<void> {
    const routes = await withTx(deps.pool, ALL_TENANTS, liveRoutes);
    const known = new Set(ids.flatMap((id) => queuesOf(deps, id)));
    const orphans = routes.flatMap(({ runtimeId, model }) => [TASK_QUEUES.model(runtimeId, model), ...(ids.includes(runtimeId) ? [] : [TASK_QUEUES.model(runtimeId)])]).filter((queue) => !known.has(queue) && !served.has(queue));
    for (const queue of orphans) running.push((await open(queue, 4)).run());
    await noteDeserted({ deps, connection: shared.connection, namespace: shared.namespace ?? 'default', served });
  }

  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  const stopSweeping = (): void => {
    stopping = true;
    clearTimeout(timer);
  };
  return {
    async run() {
      running.push(...[...served.values()].map((worker) => worker.run()));
      const sweeping = (): void => {
        timer = setTimeout(() => {
          void sweep()
            .catch((error: unknown) => deps.logger.warn({ error: describeError(error) }, 'queues without a gate could not be looked for'))
            .finally(() => stopping || sweeping());
        }, SWEEP_MS);
      };
      if (serves.length > 0) sweeping();
      // The list may grow while it is waited for.
      for (let i = 0; i < running.length; i++) await running[i];
      // A signal ends the workers without asking here.
      stopSweeping();
    },
    queues: () => [...served.keys()],
    shutdown() {
      stopSweeping();
      for (const worker of served.values()) if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}

/** What asks a runtime for something. */
function gateActivities(deps: RunDeps) {
  const { callModel, compactRun } = createRunActivities(deps);
  return { callModel, compactRun, ...createExaminationActivities({ pool: deps.pool, runtimes: deps.gate.runtimes, contextTokens: deps.contextTokens }), ...createJudgeActivities(deps), ...createEmbeddingActivities(deps), ...createPictureActivities(deps) };
}

/** The queues of a runtime: its models', and one for models that no role names. */
const queuesOf = (deps: RunDeps, id: string): string[] => [...deps.gate.router.modelsOf(id).map((model) => TASK_QUEUES.model(id, model)), TASK_QUEUES.model(id)];
