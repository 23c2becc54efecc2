import { z } from 'zod';
import { correctionModeSchema, steeringVectorSchema } from './activation.js';
import { driftOverridesSchema } from './drift.js';
import { idSchema } from './ids.js';
import { limitsSchema, runStatusSchema } from './run.js';
import { samplingSchema } from './sampling.js';

/** What a person asks of a run's tree of steps. */

export const rewindRunSchema = z.strictObject({
  /** A step of the run that has a checkpoint; 0 is the start. */
  toStep: z.int().min(0).max(1_000_000),
  /** What the run is to learn from what is undone: it stays in its context from here on. */
  lesson: z.string().min(1).max(20_000).optional(),
});
export type RewindRun = z.infer<typeof rewindRunSchema>;

/** What a fork does otherwise than the run that it comes from. */
export const forkOverridesSchema = z.strictObject({
  model: z.string().min(1).max(200).optional(),
  /** Stands in place of the agent's own system prompt. */
  prompt: z.string().min(1).max(100_000).optional(),
  sampling: samplingSchema.optional(),
  /** The agent's state to go on from, whole. */
  state: z.record(z.string(), z.unknown()).optional(),
  steering: z
    .strictObject({
      /** Laid over the agent's drift policy. */
      policy: driftOverridesSchema.optional(),
      /** Words that the fork's first step reads. */
      message: z.string().min(1).max(20_000).optional(),
      /** Activation steering: another vector, or `null` for none; the run's own goes on where it is left out. */
      vector: steeringVectorSchema.nullable().optional(),
      correction: correctionModeSchema.optional(),
      detects: z.boolean().optional(),
    })
    .optional(),
});
export const forkRunSchema = z.strictObject({ fromStep: z.int().min(0).max(1_000_000), overrides: forkOverridesSchema.default({}), limits: limitsSchema.partial().optional(), tags: z.array(z.string().min(1).max(100)).max(20).optional() });
export type ForkRun = z.output<typeof forkRunSchema>;

/** A step of a branch beside the one at the same depth of another. */
export const comparedStepSchema = z.object({ step: z.int(), promptTokens: z.int(), outputTokens: z.int(), tools: z.array(z.string()), overthinking: z.number(), overacting: z.number(), verdict: z.string() });
export type ComparedStep = z.infer<typeof comparedStepSchema>;
/** What a branch did from the parting on. */
export const branchSummarySchema = z.object({
  runId: idSchema,
  status: runStatusSchema,
  head: z.int(),
  steps: z.int(),
  promptTokens: z.int(),
  outputTokens: z.int(),
  thinkingTokens: z.int(),
  /** Calls by tool. */
  tools: z.record(z.string(), z.int()),
  drift: z.object({ overthinking: z.number(), overacting: z.number(), /** Steps by verdict. */ verdicts: z.record(z.string(), z.int()) }),
  result: z.unknown().nullable(),
});
export type BranchSummary = z.infer<typeof branchSummarySchema>;
export const comparisonSchema = z.object({
  /** Steps that both branches share, counted from the start. */
  shared: z.int(),
  /** The last shared step under each branch's number; 0 where they part at the start. */
  parted: z.object({ a: z.int(), b: z.int() }),
  sameResult: z.boolean(),
  a: branchSummarySchema,
  b: branchSummarySchema,
  /** Depth by depth from the parting on, at most 200. */
  steps: z.array(z.object({ a: comparedStepSchema.nullable(), b: comparedStepSchema.nullable() })),
});
export type Comparison = z.infer<typeof comparisonSchema>;
const stepSchema = z.coerce.number().int().min(0).max(1_000_000);
/** Heads of the branches, where another than the run's own is meant. */
export const compareQuerySchema = z.strictObject({ headA: stepSchema.optional(), headB: stepSchema.optional() });
