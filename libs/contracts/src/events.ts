import { z } from 'zod';
import { idSchema } from './ids.js';

export const EVENT_TYPES = [
  'run.queued', 'run.started', 'run.resumed', 'step.started', 'step.attempt_reset', 'tool.called', 'tool.finished', 'drift.report',
  'steering.applied', 'checkpoint.saved', 'approval.requested', 'approval.decided', 'artifact.created', 'world.changed', 'message.received',
  'status.changed', 'run.finished',
] as const;
export const eventTypeSchema = z.enum(EVENT_TYPES);
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * One event of a run. `seq` counts from 1 in commit order without gaps; `data` holds ids, names and numbers,
 * never a prompt, a document or a model's text.
 */
export const runEventSchema = z.object({
  runId: idSchema,
  seq: z.int().min(1),
  at: z.string(),
  type: eventTypeSchema,
  step: z.int().nullable(),
  attempt: z.int().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type RunEvent = z.infer<typeof runEventSchema>;
export type NewEvent = { type: EventType; step?: number; attempt?: number; data?: Record<string, unknown> };

/** Stream parts carry no SSE id: they are not events and are gone once the step's message is committed. */
export const streamPartSchema = z.object({
  type: z.enum(['text.delta', 'thinking.delta']),
  step: z.int(),
  attempt: z.int(),
  n: z.int(),
  text: z.string(),
});
export type StreamPart = z.infer<typeof streamPartSchema>;

/** Postgres channel on which `runId:seq` is announced. */
export const EVENTS_CHANNEL = 'holdfast_events';
