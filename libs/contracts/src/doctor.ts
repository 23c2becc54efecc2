import { z } from 'zod';
import { capabilitySchema } from './capabilities.js';

/**
 * `passed`: seen to work. `failed`: the runtime or the model claims it and it does not work. `not_shown`: nothing here
 * could show it, such as a model that was not made for it; never taken for a pass.
 */
export const probeVerdictSchema = z.enum(['passed', 'failed', 'not_shown']);
export type ProbeVerdict = z.infer<typeof probeVerdictSchema>;

export const findingSchema = z.object({
  probe: z.string(),
  title: z.string(),
  verdict: probeVerdictSchema,
  /** What was seen, in numbers and names; never what a model wrote. */
  detail: z.string(),
  /** What to do about it; null where it passed. */
  remedy: z.string().nullable(),
  /** Measured figures, by name. */
  numbers: z.record(z.string(), z.number()),
});
export type Finding = z.infer<typeof findingSchema>;

/** How tools go to a model: by the runtime's own API, or described in the prompt and read from its text. */
export const toolModeSchema = z.enum(['native', 'text']);
export type ToolMode = z.infer<typeof toolModeSchema>;

/** What the doctor found of one model on one runtime in one version. */
export const doctorReportSchema = z.object({
  runtimeId: z.string(),
  model: z.string(),
  version: z.string(),
  examinedAt: z.string(),
  findings: z.array(findingSchema),
  /** Features that are not used with this model because they failed. */
  off: z.array(capabilitySchema),
  toolMode: toolModeSchema,
  /** Tokens a second; null where they could not be measured. */
  promptSpeed: z.number().nullable(),
  outputSpeed: z.number().nullable(),
  /** Milliseconds to load the model, where a load was seen. */
  loadMs: z.number().nullable(),
  /** A failure that makes a drift verdict on this model doubtful: a wire fault looks like drift. */
  driftDoubtful: z.boolean(),
});
export type DoctorReport = z.infer<typeof doctorReportSchema>;

export const doctorListSchema = z.object({ data: z.array(doctorReportSchema) });

export const examineModelSchema = z.strictObject({ model: z.string().min(1).max(200).optional() });
export type ExamineModel = z.infer<typeof examineModelSchema>;
/** Accepted: the examination waits for its turn at the gate like any other call. */
export const examinationSchema = z.object({ runtimeId: z.string(), model: z.string(), workflowId: z.string() });
export type Examination = z.infer<typeof examinationSchema>;

/** What the examining activity is told; ids and names only. */
export const examinationInputSchema = z.object({ tenantId: z.string(), runtimeId: z.string(), model: z.string(), queue: z.string(), /** The probes that a registration takes, a few seconds; all where not set. */ brief: z.boolean().optional() });
export type ExaminationInput = z.infer<typeof examinationInputSchema>;
