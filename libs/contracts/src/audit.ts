import { z } from 'zod';
import { idSchema } from './ids.js';

export const AUDIT_ACTIONS = ['run.created', 'run.read', 'run.deleted', 'step.read', 'artifact.read', 'artifact.exported', 'note.signed', 'note.rejected', 'note.addendum', 'approval.decided', 'key.deleted', 'export.released', 'training.released', 'training.withdrawn', 'training.exported', 'api_key.created', 'api_key.rotated', 'api_key.revoked'] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** A row of the audit log: who did what to which part of a sensitive run, or to which API key. No content. */
export const auditEntrySchema = z.object({
  n: z.int(),
  at: z.string(),
  /** Null: Holdfast itself. */
  principalId: idSchema.nullable(),
  action: z.enum(AUDIT_ACTIONS),
  runId: idSchema.nullable(),
  subject: z.string().nullable().describe('The artifact, step, approval or API key, by its id or number.'),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export const auditQuerySchema = z.strictObject({ after: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(500).default(100), runId: idSchema.optional() });
export const auditPageSchema = z.object({ data: z.array(auditEntrySchema), nextAfter: z.int().nullable() });
export const auditCheckSchema = z.object({ entries: z.int(), broken: z.object({ n: z.int(), why: z.string() }).nullable() });
