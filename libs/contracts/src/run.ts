import { z } from 'zod';
import { runSteeringSchema } from './activation.js';
import { driftOverridesSchema } from './drift.js';
import { failureSchema } from './errors.js';
import { idSchema } from './ids.js';
import { queuePlaceSchema } from './queue-place.js';
import { samplingSchema } from './sampling.js';
import { onBusySchema } from './threads.js';
import { createWebhookSchema } from './webhooks.js';

export const LIVE_STATUSES = ['queued', 'running', 'waiting_approval', 'waiting_input', 'waiting_runtime', 'paused', 'cancelling'] as const;
/** Ended, and resumable with new limits. */
export const RESUMABLE_STATUSES = ['limit_reached', 'drift_stopped'] as const;
export const FINAL_STATUSES = ['completed', 'failed', 'cancelled', 'timed_out'] as const;
export const runStatusSchema = z.enum([...LIVE_STATUSES, ...RESUMABLE_STATUSES, ...FINAL_STATUSES]);
export type RunStatus = z.infer<typeof runStatusSchema>;
export type EndStatus = (typeof RESUMABLE_STATUSES)[number] | (typeof FINAL_STATUSES)[number];
export const isLive = (s: RunStatus): boolean => (LIVE_STATUSES as readonly string[]).includes(s);
export const isResumable = (s: RunStatus): boolean => (RESUMABLE_STATUSES as readonly string[]).includes(s);

export const prioritySchema = z.enum(['interactive', 'scheduled', 'batch']);
export type Priority = z.infer<typeof prioritySchema>;

/** What a run may use before it ends as `limit_reached`. Seconds are of the run's whole life, waiting included. */
export const limitsSchema = z.object({
  maxSteps: z.int().min(1).max(100_000),
  maxTokens: z.int().min(1),
  maxSeconds: z.int().min(1),
  /** Calls that the model's turns ask for; no limit where it is left out. */
  maxToolCalls: z.int().min(1).optional(),
});
export type Limits = z.infer<typeof limitsSchema>;

export const createRunSchema = z.strictObject({
  agent: z.string().min(1).max(100),
  input: z.record(z.string(), z.unknown()).default({}),
  threadId: idSchema.optional(),
  /** What becomes of a live run of the same thread; `reject` where left out. */
  onBusy: onBusySchema.optional(),
  corpusId: idSchema.optional(),
  model: z.string().min(1).max(200).optional(),
  limits: limitsSchema.partial().optional(),
  sampling: samplingSchema.optional(),
  /** Activation steering, off where left out; the embedded runtime alone can. */
  steering: runSteeringSchema.optional(),
  /** Laid over the agent's drift policy. */
  drift: driftOverridesSchema.optional(),
  priority: prioritySchema.default('interactive'),
  startAt: z.iso.datetime({ offset: true }).optional(),
  /** Called when the run ends, or at these events; goes with the run. */
  webhook: createWebhookSchema.optional(),
  tags: z.array(z.string().min(1).max(100)).max(20).default([]),
});
export type CreateRun = z.infer<typeof createRunSchema>;

/** `judge`: what its verdicts cost beside the run's own steps; the run's token limit counts them too. */
export const usageSchema = z.object({ steps: z.int(), promptTokens: z.int(), outputTokens: z.int(), thinkingTokens: z.int(), judge: z.object({ verdicts: z.int(), promptTokens: z.int(), outputTokens: z.int(), ms: z.int() }) });
export type Usage = z.infer<typeof usageSchema>;

/** A run as the REST API shows it. */
export const runViewSchema = z.object({
  id: idSchema,
  agent: z.string(),
  agentVersion: z.string(),
  /** Of the definition that the run began with: `GET /v1/agents/{name}/versions/{v}` shows it. Null until it began. */
  agentDigest: z.string().nullable(),
  /** Who started it. */
  principalId: idSchema,
  status: runStatusSchema,
  statusReason: failureSchema.nullable(),
  input: z.unknown(),
  result: z.unknown().nullable(),
  /** What the run has come to, where it is `limit_reached` or `drift_stopped` and its agent can say. */
  partialResult: z.unknown().optional(),
  model: z.string().nullable(),
  corpusId: idSchema.nullable(),
  /** The world that the run plays in; of a fork, one of its own. */
  worldId: idSchema.nullable(),
  threadId: idSchema.nullable(),
  priority: prioritySchema,
  tags: z.array(z.string()),
  limits: limitsSchema,
  /** Never below 0. */
  limitsLeft: z.object({ maxSteps: z.int().min(0), maxTokens: z.int().min(0), maxSeconds: z.int().min(0), maxToolCalls: z.int().min(0).optional() }),
  usage: usageSchema,
  drift: z.object({
    overthinking: z.number(),
    overacting: z.number(),
    verdict: z.string(),
    actions: z.int(),
    /** From which score on a step is suspect, and from which on each axis alarms once it lasts. */
    thresholds: z.object({ suspect: z.number(), overthinking: z.number(), overacting: z.number() }),
  }),
  head: z.object({ step: z.int(), checkpoint: z.int().nullable() }),
  lastEvent: z.int(),
  /** What the run takes in storage, where one run is read. */
  bytes: z.int().optional(),
  /** Where the run waits for its model, where one run is read; null where it does not. */
  queue: queuePlaceSchema.nullable().optional(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  temporal: z.object({ workflowId: z.string(), webUrl: z.string().nullable() }),
});
export type RunView = z.infer<typeof runViewSchema>;

export const cancelRunSchema = z.strictObject({ mode: z.enum(['graceful', 'terminate']).default('graceful'), reason: z.string().max(1_000).optional() });
export const pauseRunSchema = z.strictObject({ reason: z.string().max(1_000).optional() });
export const resumeRunSchema = z.strictObject({ limits: limitsSchema.partial().optional() });
export const sendMessageSchema = z.strictObject({ text: z.string().min(1).max(100_000) });
