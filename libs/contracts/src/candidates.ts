import { z } from 'zod';

/** One of the turns that were drawn for a step after `resample`; the least drifting one became the step's. */
export const stepCandidateSchema = z.object({
  attempt: z.int(),
  /** From 0, in the order in which they were drawn. */
  n: z.int(),
  chosen: z.boolean(),
  /** How much it is like earlier steps, in [0,1]; 1 where its output is broken. */
  score: z.number().min(0).max(1),
  valid: z.boolean(),
  seed: z.int().nullable(),
  promptTokens: z.int(),
  outputTokens: z.int(),
  thinkingTokens: z.int(),
  ms: z.int(),
  /** What it says, where content was asked for. */
  text: z.string().optional(),
});
export type StepCandidate = z.infer<typeof stepCandidateSchema>;
