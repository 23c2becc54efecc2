import { continueAsNew, proxyActivities } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing(input: { step: number }): Promise<{ step: number }> }>({ startToCloseTimeout: '1m', heartbeatTimeout: '10s' });

const STEPS_PER_EXECUTION = 200;

/** What the run loop is measured against: two activities a step that do nothing, on the same server and settings. */
export async function bare(input: { from: number; to: number }): Promise<void> {
  const end = Math.min(input.to, input.from + STEPS_PER_EXECUTION);
  for (let step = input.from; step < end; step++) {
    await nothing({ step });
    await nothing({ step });
  }
  if (end < input.to) await continueAsNew<typeof bare>({ from: end, to: input.to });
}
