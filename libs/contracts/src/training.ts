import { z } from 'zod';
import { idSchema } from './ids.js';
import { runStatusSchema } from './run.js';

/** Which turns of a run are for training: those that the drift check calls good and that led on, or all that led on. */
export const trainingVerdictSchema = z.enum(['calibrated', 'any']);
export type TrainingVerdict = z.infer<typeof trainingVerdictSchema>;

export const trainingQuerySchema = z.strictObject({
  agent: z.string().min(1).max(60),
  verdict: trainingVerdictSchema.default('calibrated'),
  status: z.enum(['completed', 'ended']).default('completed').describe('`ended`: runs that ended in any other way too.'),
});
export type TrainingQuery = z.infer<typeof trainingQuerySchema>;

/** A message in the form that chat templates take. `train`: whether its words are learned; never true of any but an assistant's. */
export const trainingMessageSchema = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string(),
  thinking: z.string().optional(),
  tool_calls: z.array(z.object({ type: z.literal('function'), function: z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }) })).optional(),
  /** For role `tool`: which tool answered. */
  name: z.string().optional(),
  step: z.int(),
  train: z.boolean(),
});
export type TrainingMessage = z.infer<typeof trainingMessageSchema>;

/** A run as one line of the export. */
export const trainingRunSchema = z.object({
  runId: idSchema,
  agent: z.string(),
  agentVersion: z.string(),
  model: z.string().nullable(),
  status: runStatusSchema,
  verdict: trainingVerdictSchema,
  tools: z.array(z.object({ type: z.literal('function'), function: z.object({ name: z.string(), description: z.string(), parameters: z.record(z.string(), z.unknown()) }) })),
  messages: z.array(trainingMessageSchema),
});
export type TrainingRun = z.infer<typeof trainingRunSchema>;

/** That a sensitive run may be learned from: who said so, and why. */
export const releaseRunSchema = z.strictObject({ reason: z.string().trim().min(1).max(500) });
export const trainingReleaseSchema = z.object({ runId: idSchema, principalId: idSchema, releasedAt: z.string() });
export type TrainingRelease = z.infer<typeof trainingReleaseSchema>;
