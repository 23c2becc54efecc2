import { z } from 'zod';
import { idSchema } from './ids.js';

export const APPROVAL_STATUSES = ['pending', 'approved', 'denied', 'expired', 'withdrawn'] as const;
/** `call`: a tool asks before it runs. `doubt`: a `once` call was interrupted, and nobody knows whether it took effect. */
export const APPROVAL_KINDS = ['call', 'doubt'] as const;
export type ApprovalKind = (typeof APPROVAL_KINDS)[number];

export const approvalViewSchema = z.object({
  id: idSchema,
  runId: idSchema,
  step: z.int(),
  attempt: z.int(),
  call: z.int(),
  kind: z.enum(APPROVAL_KINDS),
  tool: z.string(),
  /** What is to be approved, after the edit where there was one. */
  args: z.unknown(),
  /** What the agent shows beside them, null where nothing: for `publish` of the coding agent the files, tests and patch. */
  detail: z.unknown(),
  /** SHA-256 of tool, arguments and detail: a decision names it, and is refused where they are no longer what it was about. */
  digest: z.string(),
  edited: z.boolean(),
  status: z.enum(APPROVAL_STATUSES),
  comment: z.string().nullable(),
  /** The principal. */
  decidedBy: idSchema.nullable(),
  createdAt: z.string(),
  expiresAt: z.string(),
  remindedAt: z.string().nullable(),
  decidedAt: z.string().nullable(),
});
export type ApprovalView = z.infer<typeof approvalViewSchema>;
export const approvalListSchema = z.object({ data: z.array(approvalViewSchema), nextCursor: z.null() });

export const decideApprovalSchema = z.strictObject({
  decision: z.enum(['approve', 'deny']),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** Arguments to run with instead; they get a digest of their own. */
  editedArgs: z.record(z.string(), z.unknown()).optional(),
  comment: z.string().max(2_000).optional(),
});
export type DecideApproval = z.infer<typeof decideApprovalSchema>;
