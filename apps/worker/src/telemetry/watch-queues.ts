import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { NativeConnection } from '@temporalio/worker';
import type { ModelGate } from '#activities';
import { describeError, type Logger } from '#platform';
import type { Meters } from '#platform/telemetry';

const EVERY_MS = 10_000;
/** Of Temporal's API. */
const KINDS = { workflow: 1, activity: 2 } as const;
/** How closely the event loop is watched, in milliseconds. */
const RESOLUTION_MS = 20;

export type Watched = { connection: NativeConnection; namespace: string; gate: ModelGate; meters: Meters<'worker'>; logger: Logger; /** Runtimes that this process stands in front of. */ serves: readonly string[]; /** Task queues that this process serves now. */ queues: () => readonly { queue: string; kind: keyof typeof KINDS }[] };

/** Looks, every ten seconds, at what nobody counts: how old the waiting work is, whether runtimes answer, how the process is. @returns what ends it */
export function watchQueues(w: Watched): () => void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    noteProcess(w.meters, delay);
    noteRuntimes(w);
    await Promise.all(w.queues().map((q) => noteQueue(w, q))).catch((error: unknown) => w.logger.debug({ error: describeError(error) }, 'Temporal did not say how its queues are'));
    looking = false;
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  void look();
  return () => {
    clearInterval(timer);
    delay.disable();
  };
}

function noteProcess(meters: Meters<'worker'>, delay: ReturnType<typeof monitorEventLoopDelay>): void {
  meters.set('holdfast_process_resident_bytes', {}, process.memoryUsage.rss());
  // What it measures is the time between two of its own ticks.
  meters.set('holdfast_event_loop_lag_seconds', {}, delay.max > 0 ? Math.max(0, delay.max / 1e9 - RESOLUTION_MS / 1_000) : 0);
  delay.reset();
}

function noteRuntimes({ gate, meters, serves }: Watched): void {
  for (const runtime of serves) {
    meters.set('holdfast_gate_slots', { runtime }, gate.slots.get(runtime) ?? 1);
    meters.set('holdfast_runtime_up', { runtime }, gate.isPaused(runtime) ? 0 : 1);
  }
}

async function noteQueue({ connection, namespace, meters }: Watched, { queue, kind }: { queue: string; kind: keyof typeof KINDS }): Promise<void> {
  const { stats } = await connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: queue }, taskQueueType: KINDS[kind], reportStats: true });
  const label = { queue: kind === 'activity' ? queue : `${queue}:workflows` };
  const { seconds, nanos } = stats?.approximateBacklogAge ?? {};
  meters.set('holdfast_queue_calls', label, Number(stats?.approximateBacklogCount ?? 0));
  meters.set('holdfast_queue_age_seconds', label, Number(seconds ?? 0) + Number(nanos ?? 0) / 1e9);
}
