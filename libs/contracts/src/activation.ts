import { z } from 'zod';
import { vectorFileSchema } from './steering.js';

/** What is done at a token: nothing but reading; moving it into the band of steps that are ok, or a share of the way; moving each by the same amount. */
export const correctionModeSchema = z.enum(['read', 'clamp', 'fixed', 'gate']);
export type CorrectionMode = z.infer<typeof correctionModeSchema>;

/** An axis as the embedded runtime takes it in `options.axes`. */
export const axisOptionSchema = z.object({
  name: z.string(),
  layer: z.int(),
  /** float32[width] */
  direction: z.array(z.number()),
  /** SHA-256 of the weights that it was fitted on; others refuse it. */
  model_digest: z.string(),
  correct: z.record(z.string(), z.union([z.number(), z.string()])).optional(),
});
export type AxisOption = z.infer<typeof axisOptionSchema>;

/** A file of `holdfast steer fit`, as a request may bring it. */
export const steeringVectorSchema = vectorFileSchema
  .refine(({ axes }) => axes.length > 0, { path: ['axes'], message: 'a vector file without an axis' })
  .refine(({ axes, model }) => model.width <= 65_536 && axes.every(({ direction }) => direction.length === model.width), { path: ['axes'], message: 'a direction that is not as wide as the model' });

/** Activation steering of one run. Off where it is left out; a model or runtime that can't refuses the step. */
export const runSteeringSchema = z.strictObject({ vector: steeringVectorSchema, correction: correctionModeSchema.default('clamp'), /** What is read is a source of the drift scores, too. */ detects: z.boolean().optional() });
export type RunSteering = z.infer<typeof runSteeringSchema>;

/** What was read while a turn was written: one entry a token of it, one number an axis. */
export const activationTraceSchema = z.object({
  tokens: z.array(z.object({ projections: z.array(z.number()), /** How far it was moved along the axis. */ shifts: z.array(z.number()) })),
  corrected: z.int(),
});
export type ActivationTrace = z.infer<typeof activationTraceSchema>;

/** The same as it is kept with a step. */
export const stepActivationSchema = activationTraceSchema.extend({ attempt: z.int(), correction: correctionModeSchema, layer: z.int(), axes: z.array(z.string()) });
export type StepActivation = z.infer<typeof stepActivationSchema>;
