import { z } from 'zod';
import { corpusViewSchema, documentViewSchema } from './corpus.js';
import { eventTypeSchema, runEventSchema } from './events.js';
import { idSchema } from './ids.js';
import { limitsSchema, runStatusSchema, runViewSchema } from './run.js';
import { artifactViewSchema, checkpointViewSchema, stepViewSchema } from './steps.js';

/** What the REST API takes in queries and gives in pages, beyond the views themselves. */

const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);
/** One value, several (`a=1&a=2`) or a list (`a=1,2`). */
const several = <T extends z.ZodType>(item: T) => z.preprocess((v) => (v === undefined ? undefined : [v].flat().flatMap((s) => String(s).split(','))), z.array(item).max(50).optional());

export const listRunsSchema = z.strictObject({
  status: several(runStatusSchema),
  agent: z.string().max(100).optional(),
  tag: z.string().max(100).optional(),
  threadId: idSchema.optional(),
  scheduleId: idSchema.optional(),
  batchId: idSchema.optional(),
  createdAfter: z.iso.datetime({ offset: true }).optional(),
  cursor: z.string().max(200).optional(),
  limit: limit(200, 50),
});
/** A run in a list: without its input and result. */
export const runSummarySchema = runViewSchema.omit({ input: true, result: true });
export type RunSummary = z.infer<typeof runSummarySchema>;
const page = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), nextCursor: z.string().nullable() });
export const runPageSchema = page(runSummarySchema);

/** Query of a plain list. */
export const listPageSchema = z.strictObject({ cursor: z.string().max(200).optional(), limit: limit(200, 50) });

export const includeSchema = z.strictObject({ include: z.literal('content').optional() });
export const stepQuerySchema = includeSchema.extend({ cursor: z.string().max(200).optional(), limit: limit(200, 50) });
export const stepPageSchema = page(stepViewSchema);
export const checkpointPageSchema = page(checkpointViewSchema);
export const artifactPageSchema = page(artifactViewSchema);
export const corpusPageSchema = page(corpusViewSchema);
export const documentPageSchema = page(documentViewSchema);

export const STREAM_TYPES = ['text.delta', 'thinking.delta'] as const;
export const eventQuerySchema = z.strictObject({
  after: z.coerce.number().int().min(0).optional(),
  types: several(z.enum([...eventTypeSchema.options, ...STREAM_TYPES])),
  limit: limit(500, 100),
  format: z.enum(['ag-ui']).optional().describe('`ag-ui`: as a stream, in the events of AG-UI.'),
});
export const eventPageSchema = page(runEventSchema);

/** What a request to a live run is answered with: the run's status, and the number under which the request was accepted. */
export const acceptedSchema = z.object({ runId: idSchema, status: runStatusSchema, number: z.int().nullable() });
export type Accepted = z.infer<typeof acceptedSchema>;

export const toolViewSchema = z.object({ name: z.string(), description: z.string(), kind: z.string(), effect: z.string(), parameters: z.record(z.string(), z.unknown()) });
export const agentViewSchema = z.object({
  name: z.string(),
  version: z.string(),
  title: z.string(),
  description: z.string(),
  needsCorpus: z.boolean(),
  limits: limitsSchema,
  maxAttempts: z.int(),
  /** JSON Schema (2020-12) of a run's `input`. */
  input: z.record(z.string(), z.unknown()),
  /** JSON Schema (2020-12) of a run's `result`. */
  result: z.record(z.string(), z.unknown()),
  tools: z.array(toolViewSchema),
});
export type AgentView = z.infer<typeof agentViewSchema>;
export const agentListSchema = z.object({ data: z.array(agentViewSchema) });

export const ingestionAcceptedSchema = z.object({ id: idSchema, corpusId: idSchema, status: z.enum(['queued', 'running', 'completed', 'failed']) });

export const healthSchema = z.object({ status: z.literal('ok') });
export const PARTS = ['postgres', 'migrations', 'temporal', 'runtime'] as const;
export const partStateSchema = z.object({ state: z.enum(['ok', 'down']), detail: z.string(), remedy: z.string().nullable() });
export type PartState = z.infer<typeof partStateSchema>;
/** `degraded`: requests are accepted and runs wait, since the runtime is down. */
export const readinessSchema = z.object({ status: z.enum(['ready', 'degraded', 'not_ready']), parts: z.object({ postgres: partStateSchema, migrations: partStateSchema, temporal: partStateSchema, runtime: partStateSchema }) });
export type Readiness = z.infer<typeof readinessSchema>;
