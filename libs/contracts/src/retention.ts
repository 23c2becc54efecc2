import { z } from 'zod';

/** How long ended runs are kept, in days after their end. Of several rules the first that fits a run holds for it. */
export const retentionRuleSchema = z.strictObject({
  agent: z.string().min(1).max(100).optional(),
  status: z.enum(['completed', 'failed', 'cancelled', 'timed_out', 'limit_reached', 'drift_stopped']).optional(),
  days: z.number().min(0),
  /** Days after which only the events of a run go; the run itself stays for `days`. */
  eventDays: z.number().min(0).optional(),
});
export type RetentionRule = z.infer<typeof retentionRuleSchema>;

const json = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};
export const retentionSchema = z.preprocess(json, z.array(retentionRuleSchema, { error: 'must be a JSON array of {agent?, status?, days, eventDays?}' }));

/** What a sweep removed. */
export type Swept = { runs: number; bodies: number; /** Runs whose events went. */ events: number };
