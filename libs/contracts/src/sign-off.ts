import { z } from 'zod';
import { idSchema } from './ids.js';

/** Signing of what a run delivered, such as a clinical note. */
export const SIGN_OFF_STATUSES = ['in_review', 'signed', 'rejected', 'expired', 'withdrawn'] as const;

export const signatureViewSchema = z.object({
  /** The principal. */
  signedBy: idSchema,
  signedAt: z.string(),
  textDigest: z.string().describe('Of the text that was signed.'),
  model: z.string().nullable(),
  modelDigest: z.string().nullable().describe('As the runtime names the weights; null where it does not.'),
  agentVersion: z.string(),
  promptDigest: z.string().nullable(),
});
export type SignatureView = z.infer<typeof signatureViewSchema>;

export const addendumViewSchema = z.object({ n: z.int(), by: idSchema, at: z.string(), text: z.string() });
export type AddendumView = z.infer<typeof addendumViewSchema>;

export const signOffViewSchema = z.object({
  status: z.enum(SIGN_OFF_STATUSES),
  digest: z.string().describe('Of the text in review: a signature names it.'),
  approvalId: idSchema,
  requestedAt: z.string(),
  remindedAt: z.string().nullable(),
  expiresAt: z.string(),
  decidedBy: idSchema.nullable(),
  decidedAt: z.string().nullable(),
  comment: z.string().nullable(),
  signature: signatureViewSchema.nullable(),
  addenda: z.array(addendumViewSchema),
});
export type SignOffView = z.infer<typeof signOffViewSchema>;

const digest = z.string().regex(/^[0-9a-f]{64}$/).describe('Of the text that was read, as the artifact’s `signOff` has it.');
export const signArtifactSchema = z.strictObject({ digest, comment: z.string().max(2_000).optional() });
export const rejectArtifactSchema = z.strictObject({ digest, reason: z.string().min(1).max(2_000) });
export const addAddendumSchema = z.strictObject({ text: z.string().max(20_000).regex(/[\p{L}\p{N}]/u, 'has no words') });
