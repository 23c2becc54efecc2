import { z } from 'zod';
import { stepActivationSchema } from './activation.js';
import { driftReportSchema, steeringSchema } from './drift.js';
import { chatMessageSchema } from './runtime.js';
import { stepCandidateSchema } from './candidates.js';
import { signOffViewSchema } from './sign-off.js';
import { failureSchema } from './errors.js';
import { judgeVerdictSchema } from './judge.js';
import { stepRouteSchema } from './routing.js';

export const stepStateSchema = z.enum(['open', 'closed', 'abandoned']);

/** A step as the REST API shows it; `messages` only where content was asked for. */
export const stepViewSchema = z.object({
  step: z.int(),
  parent: z.int(),
  state: stepStateSchema,
  attempts: z.int(),
  model: z.string().nullable(),
  /** Where the last attempt went, and why. `doubtful`: the doctor found that model broken in ways that look like drift. */
  route: stepRouteSchema.extend({ doubtful: z.boolean() }).nullable(),
  promptTokens: z.int(),
  outputTokens: z.int(),
  thinkingTokens: z.int(),
  calls: z.array(z.object({ call: z.int(), attempt: z.int(), tool: z.string(), effect: z.string(), state: z.string(), failure: failureSchema.nullable(), deliveries: z.int(), ms: z.int().nullable() })),
  drift: driftReportSchema.nullable(),
  steering: steeringSchema.nullable(),
  /** Projections of the turn's tokens and what was corrected, where the run is steered and one step is read. */
  activation: stepActivationSchema.optional(),
  /** The turns that were drawn after `resample`, where one step is read and there were several. */
  candidates: z.array(stepCandidateSchema).optional(),
  /** What a judge said of the steps up to this one, where it was asked and one step is read. */
  judge: judgeVerdictSchema.optional(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  messages: z.array(chatMessageSchema).optional(),
});
export type StepView = z.infer<typeof stepViewSchema>;

export const checkpointViewSchema = z.object({
  step: z.int(),
  parent: z.int(),
  stateHash: z.string(),
  worldVersion: z.int().nullable(),
  workspaceCommit: z.string().nullable(),
  createdAt: z.string(),
  state: z.unknown().optional(),
});
export type CheckpointView = z.infer<typeof checkpointViewSchema>;

export const evidenceSchema = z.object({
  claim: z.int(),
  passageId: z.string(),
  documentId: z.string(),
  documentName: z.string(),
  /** From 1; null where the format has no pages. */
  page: z.int().nullable(),
  quote: z.string(),
  /** Character offsets of the quotation in the passage. */
  span: z.tuple([z.int(), z.int()]),
  /** The same in its page's text. */
  pageSpan: z.tuple([z.int(), z.int()]).optional(),
  /** The part of the page's picture where it was recognised: left, top, width, height as shares of the page. */
  region: z.array(z.number()).length(4).optional(),
  verified: z.boolean(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

export const artifactViewSchema = z.object({
  id: z.string(),
  runId: z.string(),
  step: z.int(),
  kind: z.string(),
  title: z.string(),
  verified: z.boolean(),
  createdAt: z.string(),
  content: z.unknown().optional(),
  evidence: z.array(evidenceSchema).optional(),
  /** How its signing stands, of an artifact that leaves only once it is signed; where one is read. */
  signOff: signOffViewSchema.optional(),
});
export type ArtifactView = z.infer<typeof artifactViewSchema>;
