import { z } from 'zod';

/** What a person asks of a run's tree of steps. */

export const rewindRunSchema = z.strictObject({
  /** A step of the run that has a checkpoint; 0 is the start. */
  toStep: z.int().min(0).max(1_000_000),
  /** What the run is to learn from what is undone: it stays in its context from here on. */
  lesson: z.string().min(1).max(20_000).optional(),
});
export type RewindRun = z.infer<typeof rewindRunSchema>;
