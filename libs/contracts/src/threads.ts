import { z } from 'zod';
import { idSchema } from './ids.js';

/**
 * What a new run does about one of its thread that has not ended.
 * - `reject`: it is not made.
 * - `enqueue`: it waits, after those that wait already.
 * - `interrupt`: the other is cancelled, what it did stays, and this one is next.
 * - `rollback`: the other is cancelled and removed, its world goes back to where it began, and this one is next.
 */
export const onBusySchema = z.enum(['reject', 'enqueue', 'interrupt', 'rollback']);
export type OnBusy = z.infer<typeof onBusySchema>;

export const createThreadSchema = z.strictObject({ tags: z.array(z.string().min(1).max(100)).max(20).default([]) });

/** A conversation or campaign across runs; `GET /v1/runs?threadId=` lists them. */
export const threadViewSchema = z.object({
  id: idSchema,
  tags: z.array(z.string()),
  /** Runs that are kept. */
  runs: z.int(),
  /** The run that is live and does not wait; null where the thread is free. */
  liveRunId: idSchema.nullable(),
  /** Runs that wait for the thread, in the order in which their turn comes. */
  waitingRunIds: z.array(idSchema),
  createdAt: z.string(),
});
export type ThreadView = z.infer<typeof threadViewSchema>;
export const threadPageSchema = z.object({ data: z.array(threadViewSchema), nextCursor: z.string().nullable() });
