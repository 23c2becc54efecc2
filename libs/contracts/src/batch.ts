import { z } from 'zod';
import { failureSchema } from './errors.js';
import { idSchema } from './ids.js';
import { createRunSchema, runStatusSchema } from './run.js';

/** What the runs of a batch or of a schedule have in common: a run's request without what belongs to one item. */
export const runTemplateSchema = createRunSchema.omit({ threadId: true, onBusy: true, startAt: true, priority: true });
export type RunTemplate = z.infer<typeof runTemplateSchema>;

export const MAX_BATCH_ITEMS = 100_000;
/** Bytes of one NDJSON line. */
export const MAX_ITEM_BYTES = 256 * 1024;

/** One line of a batch's NDJSON: `key` makes the item one item, however often it is sent. */
export const batchItemSchema = z.strictObject({
  key: z.string().min(1).max(200),
  input: z.record(z.string(), z.unknown()).default({}),
});
export type BatchItem = z.infer<typeof batchItemSchema>;

export const createBatchSchema = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  run: runTemplateSchema.omit({ input: true }),
  /** Runs of the batch that are under way at once; the model's gate may let fewer of them work. */
  maxConcurrency: z.int().min(1).max(1_000).default(8),
  items: z.array(batchItemSchema).min(1).max(10_000),
});
export type CreateBatch = z.infer<typeof createBatchSchema>;

/** The same as a query, for a body of NDJSON. */
export const batchQuerySchema = z.strictObject({
  agent: z.string().min(1).max(100).optional(),
  name: z.string().min(1).max(200).optional(),
  model: z.string().min(1).max(200).optional(),
  corpusId: idSchema.optional(),
  maxConcurrency: z.coerce.number().int().min(1).max(1_000).optional(),
});

export const BATCH_STATUSES = ['queued', 'running', 'cancelling', 'completed', 'cancelled'] as const;
export const batchStatusSchema = z.enum(BATCH_STATUSES);
export type BatchStatus = z.infer<typeof batchStatusSchema>;

/** `pending`: not started yet; `cancelled` before it began; else the status of its run. */
export const itemStateSchema = z.enum(['pending', ...runStatusSchema.options]);

export const batchViewSchema = z.object({
  id: idSchema,
  name: z.string().nullable(),
  agent: z.string(),
  status: batchStatusSchema,
  maxConcurrency: z.int(),
  scheduleId: idSchema.nullable(),
  items: z.object({ total: z.int(), pending: z.int(), running: z.int(), completed: z.int(), failed: z.int(), cancelled: z.int() }),
  /** Items a minute over the batch's time so far, and the seconds that the rest will take at that; null before the first ended. */
  perMinute: z.number().nullable(),
  secondsLeft: z.int().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});
export type BatchView = z.infer<typeof batchViewSchema>;

export const batchItemViewSchema = z.object({
  n: z.int().min(1),
  key: z.string(),
  state: itemStateSchema,
  tries: z.int(),
  runId: idSchema.nullable(),
  result: z.unknown().nullable(),
  failure: failureSchema.nullable(),
});
export type BatchItemView = z.infer<typeof batchItemViewSchema>;

export const batchPageSchema = z.object({ data: z.array(batchViewSchema), nextCursor: z.string().nullable() });
export const batchItemPageSchema = z.object({ data: z.array(batchItemViewSchema), nextCursor: z.string().nullable() });
export const batchItemQuerySchema = z.strictObject({
  state: itemStateSchema.optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** Nothing is asked of a batch beyond that it be done. */
export const emptyBodySchema = z.strictObject({});

/** What crosses between a batch's workflow and its activities: ids and numbers only. */
export type BatchRef = { tenantId: string; batchId: string };
export type BatchPlan = { maxConcurrency: number; cancelled: boolean; agent: string };
export type ClaimItems = BatchRef & {
  /** Counts the claims of one batch: the same number claims the same items again. */
  claim: number;
  limit: number;
};
export type ClaimedItems = { runIds: string[]; cancelled: boolean };
export type FinishBatch = BatchRef & { status: 'completed' | 'cancelled' };
