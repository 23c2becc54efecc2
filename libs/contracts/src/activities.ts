import { z } from 'zod';
import { driftPolicySchema, driftReportSchema, steeringSchema } from './drift.js';
import { errorCodeSchema } from './errors.js';
import { limitsSchema, prioritySchema } from './run.js';
import { modelRoleSchema } from './runtime.js';

/**
 * What crosses between the run's workflow and its activities. Ids, numbers, names and codes only: everything here
 * is written to Temporal's history.
 */
export const runRefSchema = z.object({ tenantId: z.string(), runId: z.string() });
export type RunRef = z.infer<typeof runRefSchema>;

/** Read once at the start of an execution chain (and after a resume). */
export const runPlanSchema = z.object({
  agent: z.string(),
  agentVersion: z.string(),
  model: z.string(),
  /** Task queue of the model's gate. */
  modelQueue: z.string(),
  /** The run named no model: its calls follow the configuration. */
  routed: z.boolean().optional(),
  /** Task queue of tool calls, where workers of their own take them; that of the workflows where left out. */
  toolQueue: z.string().optional(),
  /** Queue of the host that has the run's files, from an earlier execution of the chain. */
  hostQueue: z.string().optional(),
  limits: limitsSchema,
  drift: driftPolicySchema,
  maxAttempts: z.int(),
  priority: prioritySchema,
  startedAtMs: z.int(),
  nextStep: z.int(),
  headStep: z.int(),
  tokensUsed: z.int(),
  toolCallsUsed: z.int().optional(),
  unread: z.int(),
  /** Task queue of the gate that judges, where the policy has a judge. */
  judgeQueue: z.string().optional(),
  /** Where people look at runs; the details that Temporal's Web UI shows lead there. */
  consoleUrl: z.string().optional(),
});
export type RunPlan = z.infer<typeof runPlanSchema>;

export const modelCallSchema = runRefSchema.extend({
  step: z.int(),
  attempt: z.int(),
  parent: z.int(),
  /** Set where this attempt was interrupted before, and may be open already. */
  again: z.boolean().optional(),
  /** The steering action that takes effect with this call. */
  steering: steeringSchema.optional(),
  /** Only tools that look are offered, after `gate_tools`. */
  gated: z.boolean().optional(),
  /** The model role that the run goes on with, after `escalate`. */
  role: modelRoleSchema.optional(),
  /** The step whose verdict by a judge may be there when this one closes. */
  judged: z.int().optional(),
});
/** What the port adds to a call: whether it follows the configuration, and how often it was moved already. */
export const routedCallSchema = modelCallSchema.extend({ routed: z.boolean().optional(), moves: z.int().optional() });
export type RoutedCall = z.infer<typeof routedCallSchema>;
export type ModelCall = z.infer<typeof modelCallSchema>;

export const plannedCallSchema = z.object({ call: z.int(), tool: z.string(), effect: z.enum(['read', 'idempotent', 'once']), timeoutMs: z.int() });
export type PlannedCall = z.infer<typeof plannedCallSchema>;

/** How a step ended, from the activity whose transaction saved its checkpoint. */
export const stepEndSchema = z.object({
  report: driftReportSchema,
  /** Set where a tool finished the run: its result is stored, the run is still open. */
  finished: z.boolean(),
  unread: z.int(),
  /** Tokens of a judge's verdict that was read with this step. */
  judgeTokens: z.int().optional(),
});
export type StepEnd = z.infer<typeof stepEndSchema>;

/** Set where the window is nearly full: the tokens of it that the past may have. */
const compactDueSchema = z.int().optional();

export const modelOutcomeSchema = z.discriminatedUnion('kind', [
  /** The model asked for tools; they run in order. */
  z.object({ kind: z.literal('calls'), calls: z.array(plannedCallSchema), tokens: z.int(), unread: z.int(), compact: compactDueSchema }),
  /** The turn had no tool call; the step is closed and its checkpoint saved. */
  z.object({ kind: z.literal('closed'), tokens: z.int(), end: stepEndSchema, compact: compactDueSchema }),
  /** The output did not parse or validate: another attempt is worth it. */
  z.object({ kind: z.literal('rejected'), code: errorCodeSchema, tokens: z.int(), unread: z.int() }),
  /** The runtime does not answer and somebody wants something of the run: see to that first, then try again. */
  z.object({ kind: z.literal('interrupted'), tokens: z.int(), unread: z.int() }),
]);
export type ModelOutcome = z.infer<typeof modelOutcomeSchema>;

export const toolCallInputSchema = runRefSchema.extend({
  step: z.int(),
  attempt: z.int(),
  call: z.int(),
  tool: z.string(),
  /** The last call of the step: its transaction saves the checkpoint. */
  last: z.boolean(),
  /** The step whose verdict by a judge may be there when this one closes. */
  judged: z.int().optional(),
});
export type ToolCallInput = z.infer<typeof toolCallInputSchema>;

/** Queue of the host that has the run's files, where it has any: the next calls are best made there. */
const hostSchema = z.string().optional();
/** The tool's result is an error, which the model has read. */
const toolErrorSchema = z.literal(true).optional();

export const toolOutcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), unread: z.int(), host: hostSchema, error: toolErrorSchema }),
  z.object({ kind: z.literal('closed'), end: stepEndSchema, host: hostSchema, error: toolErrorSchema }),
  /** The tool refused the turn (a quotation that does not stand): try the step again with that reason. */
  z.object({ kind: z.literal('rejected'), code: errorCodeSchema, unread: z.int() }),
  /** A person is to decide: look again after a wake, or after so many seconds. */
  z.object({ kind: z.literal('waiting'), waitSeconds: z.int(), unread: z.int() }),
  /** Nothing that a further attempt could mend: the run fails with this code. */
  z.object({ kind: z.literal('failed'), code: errorCodeSchema, unread: z.int() }),
]);
export type ToolOutcome = z.infer<typeof toolOutcomeSchema>;

/** Closes a step whose attempts are used up, so that nothing of it stays open. */
export const abandonStepSchema = runRefSchema.extend({ step: z.int(), code: errorCodeSchema });
export type AbandonStep = z.infer<typeof abandonStepSchema>;

/** Applies the inbox; `step` is the next step, which takes up people's messages. */
export const applyInboxSchema = runRefSchema.extend({ step: z.int(), /** The run waits for a person's words. */ needsWords: z.boolean().optional() });
export type ApplyInbox = z.infer<typeof applyInboxSchema>;

/** What the inbox asked for, after its rows were applied in order under the run's lock. */
export const inboxOutcomeSchema = z.object({
  paused: z.boolean(),
  cancel: z.boolean(),
  /** How many of people's words the next step takes up, also where an earlier delivery applied them. */
  messages: z.int(),
  limits: limitsSchema,
  /** The checkpoint that a person took the run back to, also where an earlier delivery did. */
  rewindTo: z.int().optional(),
});
export type InboxOutcome = z.infer<typeof inboxOutcomeSchema>;

/** Says that the run waits for a person's words, and why. */
export const askPersonSchema = runRefSchema.extend({ steering: steeringSchema });
export type AskPerson = z.infer<typeof askPersonSchema>;

/** The words that go with `code` are found in Postgres by the activity: none travel here. */
export const finishRunSchema = runRefSchema.extend({
  status: z.enum(['completed', 'failed', 'cancelled', 'timed_out', 'limit_reached', 'drift_stopped']),
  code: errorCodeSchema.nullable(),
  step: z.int(),
  /** The ladder's decision that ended the run. */
  steering: steeringSchema.optional(),
});
export type FinishRun = z.infer<typeof finishRunSchema>;
/** Not closed while unread messages exist: the run goes on with them. */
export const finishOutcomeSchema = z.object({ closed: z.boolean(), unread: z.int() });
export type FinishOutcome = z.infer<typeof finishOutcomeSchema>;
