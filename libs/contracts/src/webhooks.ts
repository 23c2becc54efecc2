import { z } from 'zod';
import { idSchema } from './ids.js';

export const WEBHOOK_EVENTS = ['run.started', 'run.resumed', 'run.finished', 'approval.requested', 'artifact.created', 'status.changed'] as const;
export const webhookEventSchema = z.enum(WEBHOOK_EVENTS);

/** What is called: the POST's body and its headers say what happened, never what was said. */
export const createWebhookSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  /** Key of the signature. One is made where none is given, and shown once. */
  secret: z.string().min(16).max(200).optional(),
  events: z.array(webhookEventSchema).min(1).default(['run.finished']),
});
export type CreateWebhook = z.infer<typeof createWebhookSchema>;

export const webhookViewSchema = z.object({ id: idSchema, url: z.string(), events: z.array(z.string()), runId: idSchema.nullable(), createdAt: z.string() });
export type WebhookView = z.infer<typeof webhookViewSchema>;
export const createdWebhookSchema = webhookViewSchema.extend({ secret: z.string() });
export type CreatedWebhook = z.infer<typeof createdWebhookSchema>;
export const webhookPageSchema = z.object({ data: z.array(webhookViewSchema), nextCursor: z.string().nullable() });

export const DELIVERY_FAILURES = ['address_refused', 'timeout', 'connection_failed', 'status'] as const;
export const deliveryTrySchema = z.object({ at: z.string(), ms: z.int(), status: z.int().nullable(), failure: z.enum(DELIVERY_FAILURES).nullable() });
export type DeliveryTry = z.infer<typeof deliveryTrySchema>;

export const deliveryViewSchema = z.object({
  id: idSchema,
  webhookId: idSchema,
  event: z.string(),
  runId: idSchema.nullable(),
  seq: z.int().nullable(),
  state: z.enum(['pending', 'delivered', 'failed']),
  tries: z.array(deliveryTrySchema),
  createdAt: z.string(),
  doneAt: z.string().nullable(),
});
export type DeliveryView = z.infer<typeof deliveryViewSchema>;
export const deliveryPageSchema = z.object({ data: z.array(deliveryViewSchema), nextCursor: z.string().nullable() });

/** What the delivery's workflow and its activities exchange. */
export type DeliveryRef = { tenantId: string; deliveryId: string };

/** Headers of a call: the signature is `t=SECONDS,v1=HEX`, an HMAC-SHA256 over `SECONDS.BODY`. */
export const SIGNATURE_HEADER = 'holdfast-signature';
export const DELIVERY_HEADER = 'holdfast-delivery';
