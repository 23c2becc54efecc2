import { z } from 'zod';

/** When a second reader is asked what a run's last steps were worth; a part of the drift policy. */
export const judgePolicySchema = z.object({
  /** Asked now and then from this step on, also where nothing looks suspect. */
  fromStep: z.int().min(1).default(20),
  /** Suspect steps in a row after which it is asked at once. */
  suspects: z.int().min(1).default(2),
});
export type JudgePolicy = z.infer<typeof judgePolicySchema>;

export const JUDGE_LABELS = ['calibrated', 'overthinking', 'overacting', 'premature_finish', 'harness_fault'] as const;
export const judgeLabelSchema = z.enum(JUDGE_LABELS);
export type JudgeLabel = z.infer<typeof judgeLabelSchema>;

/** What a judge answers, evidence first. Levels from 0 to 4, confidence in percent. */
export const judgeAnswerSchema = z.object({
  evidence: z.array(z.object({ step: z.int().min(0).max(1_000_000), quote: z.string().min(1).max(200) })).max(4),
  new_evidence_since_last_check: z.boolean(),
  last_result_used: z.enum(['yes', 'partly', 'no']),
  repeated_strategy: z.boolean(),
  label: judgeLabelSchema,
  overthinking: z.int().min(0).max(4),
  overacting: z.int().min(0).max(4),
  confidence: z.int().min(0).max(100),
  lesson: z.string().max(300),
});
export type JudgeAnswer = z.infer<typeof judgeAnswerSchema>;

/** Why an answer counts for nothing: none that validates, drift without a quotation, or one that stands nowhere in the log. */
export const judgeDropSchema = z.enum(['output_invalid', 'no_evidence', 'quote_not_found']);
export type JudgeDrop = z.infer<typeof judgeDropSchema>;

/** A judge's verdict on the steps up to `step`, as it is kept and shown. */
export const judgeVerdictSchema = z.object({
  /** The newest step that was read, and the oldest. */
  step: z.int(),
  fromStep: z.int(),
  runtimeId: z.string(),
  model: z.string(),
  /** Null where the answer was dropped. */
  label: judgeLabelSchema.nullable(),
  dropped: judgeDropSchema.nullable(),
  /** Level over 4, times confidence: in [0,1]. */
  overthinking: z.number().min(0).max(1),
  overacting: z.number().min(0).max(1),
  confidence: z.number().min(0).max(1),
  /** A second sample says the same: nothing drastic follows without it. */
  confirmed: z.boolean(),
  /** Steps that the verdict rests on; their quotations were found in the log. */
  steps: z.array(z.int()),
  samples: z.int(),
  promptTokens: z.int(),
  outputTokens: z.int(),
  ms: z.int(),
  /** Its words, where content was asked for. */
  answer: judgeAnswerSchema.optional(),
});
export type JudgeVerdict = z.infer<typeof judgeVerdictSchema>;

/** What the drift check is told of a verdict. */
export type JudgeSource = Pick<JudgeVerdict, 'step' | 'label' | 'overthinking' | 'overacting' | 'confidence' | 'confirmed' | 'steps'>;

/** What the loop remembers of its judge; travels through continue-as-new. */
export type JudgeWatch = {
  /** Suspect steps in a row. */
  suspects: number;
  /** The step that was given to a judge last. */
  lastAt: number | null;
  /** The step whose verdict is still to be read. */
  waiting: number | null;
  /** Of the last verdict: the surer it was, the sooner the next one. */
  confidence: number;
};

/** Has a run's steps up to `step` judged: the child workflow's input. */
export const judgeInputSchema = z.object({ tenantId: z.string(), runId: z.string(), step: z.int(), /** Task queue of the gate whose runtime judges. */ queue: z.string() });
export type JudgeInput = z.infer<typeof judgeInputSchema>;
