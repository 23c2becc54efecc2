import { z } from 'zod';
import { rungSchema } from './drift.js';

export const driftReportQuerySchema = z.object({ agent: z.string().max(60).optional(), model: z.string().max(200).optional() });
export type DriftReportQuery = z.infer<typeof driftReportQuerySchema>;

/** A share with its 95 % interval (Wilson). */
export const shareSchema = z.object({ hits: z.int(), of: z.int(), low: z.number(), high: z.number() });
export type Share = z.infer<typeof shareSchema>;

/**
 * What became of the alarms of one model and agent on which one rung was taken, beside those that got no action.
 * Recovered: progress within 5 steps and no alarm again within 10, or the run completed within 10.
 */
export const rungOutcomeSchema = z.object({
  agent: z.string(),
  model: z.string().nullable(),
  rung: rungSchema,
  treated: shareSchema,
  heldOut: shareSchema,
  progressWithin5: z.int(),
  alarmAgainWithin10: z.int(),
  completed: z.int(),
  /** Share of lost runs that the rung brings back, at least; null without both groups. */
  recovery: z.number().nullable(),
  /** Share of runs that would have recovered and that the rung spoils, at least; null without both groups. */
  disruption: z.number().nullable(),
  /** Rate of real drift among alarms above which the rung pays: d/(r+d) (arXiv 2602.03338); null where nothing is known. */
  worthAbove: z.number().nullable(),
  effect: z.enum(['unknown', 'helps', 'hurts']),
});
export type RungOutcome = z.infer<typeof rungOutcomeSchema>;

export const driftOutcomesSchema = z.object({ data: z.array(rungOutcomeSchema) });
export type DriftOutcomes = z.infer<typeof driftOutcomesSchema>;
