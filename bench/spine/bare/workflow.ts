import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import { APART_QUEUE } from './queue.js';

type Activities = { nothing(input: { step: number }): Promise<{ step: number }> };
const OPTIONS = { startToCloseTimeout: '1m', heartbeatTimeout: '10s' } as const;
const { nothing } = proxyActivities<Activities>(OPTIONS);
const apart = proxyActivities<Activities>({ ...OPTIONS, taskQueue: APART_QUEUE });

const STEPS_PER_EXECUTION = 200;

/**
 * What the run loop is measured against: two activities a step that do nothing, on the same server and settings. With
 * `apart` the first of them goes through a task queue of its own, as a model call goes through its gate's.
 */
export async function bare(input: { from: number; to: number; apart: boolean }): Promise<void> {
  const first = input.apart ? apart.nothing : nothing;
  const end = Math.min(input.to, input.from + STEPS_PER_EXECUTION);
  for (let step = input.from; step < end; step++) {
    await first({ step });
    await nothing({ step });
  }
  if (end < input.to) await continueAsNew<typeof bare>({ ...input, from: end });
}
