import { z } from 'zod';

/** What a step was labelled as; the first two are the axes that are fitted. */
export const stepLabelSchema = z.enum(['overthinking', 'overacting', 'ok']);
export type StepLabel = z.infer<typeof stepLabelSchema>;
export const STEERING_AXES = ['overthinking', 'overacting'] as const;
export type SteeringAxis = (typeof STEERING_AXES)[number];

/** One line of a file of labelled steps: what the agent wrote (`text`), and the end of what stood before. */
export const labelledStepSchema = z.object({ task: z.string().min(1), step: z.int().min(0), context: z.string(), text: z.string().min(1), label: stepLabelSchema });
export type LabelledStep = z.infer<typeof labelledStepSchema>;

const auc = z.number().min(0).max(1).nullable();

/** AUC of one axis on tasks it was not fitted on, beside what a probe without any insight reaches. */
export const axisReportSchema = z.object({
  positives: z.int(),
  negatives: z.int(),
  /** The layer chosen inside each fold, so that the choice is paid for. */
  auc,
  layer0Auc: auc,
  stepNumberAuc: auc,
  lengthAuc: auc,
});
export type AxisReport = z.infer<typeof axisReportSchema>;

/** A fitted vector file. It means something on the weights of `model.digest` alone. */
export const vectorFileSchema = z.object({
  format: z.literal('holdfast-steering-1'),
  model: z.object({ name: z.string(), digest: z.string().regex(/^[0-9a-f]{64}$/), width: z.int().min(1) }),
  layer: z.int().min(1),
  /** AUC by cross-validation, both axes' mean, by layer. */
  layers: z.array(z.object({ layer: z.int(), auc: z.number() })),
  axes: z.array(
    z.object({
      name: z.enum(STEERING_AXES),
      /** float32[width] of length 1 */
      direction: z.array(z.number()),
      /** Projections between which the middle 80 % of the steps that are ok lie. */
      band: z.object({ low: z.number(), high: z.number() }),
      /** Mean projection of labelled steps less that of steps that are ok. */
      gap: z.number(),
      report: axisReportSchema,
    }),
  ),
});
export type VectorFile = z.infer<typeof vectorFileSchema>;
