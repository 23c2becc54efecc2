import { z } from 'zod';

/**
 * Where a run's model call stands in the queue of its model. `place` is 1 for the next to be served and an upper bound:
 * within a priority, tenants take turns. `gates` counts who serves the queue: while it is 0, nobody does. Null where
 * nothing of the run waits, or where Temporal does not say.
 */
export const queuePlaceSchema = z.object({ waiting: z.boolean(), queue: z.string().nullable(), place: z.int().nullable(), estimatedWaitSeconds: z.int().nullable(), gates: z.int().nullable(), since: z.string().nullable() });
export type QueuePlace = z.infer<typeof queuePlaceSchema>;
