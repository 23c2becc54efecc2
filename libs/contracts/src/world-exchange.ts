import { z } from 'zod';
import { worldChangeSchema, worldRulesSchema, worldTurnSchema, worldViewSchema } from './world.js';

export const worldFormatSchema = z.enum(['light', 'textworld', 'lorebook', 'campaign']);
export type WorldFormat = z.infer<typeof worldFormatSchema>;

/** An entry of an import that could not be taken, by its name in the file, and why. */
export const importErrorSchema = z.object({ entry: z.string(), reason: z.string() });
export type ImportError = z.infer<typeof importErrorSchema>;

/** A campaign as one file: rules, the whole log, and what was said and told. */
export const campaignFileSchema = z.object({
  format: z.literal('holdfast-campaign'),
  formatVersion: z.literal(1),
  name: z.string().min(1).max(200),
  rules: worldRulesSchema,
  events: z.array(z.object({ turnId: z.uuid().nullable(), actor: z.string().nullable(), change: worldChangeSchema })),
  turns: z.array(worldTurnSchema.omit({ createdAt: true })),
});
export type CampaignFile = z.infer<typeof campaignFileSchema>;

export const importWorldSchema = z.strictObject({ name: z.string().min(1).max(200).optional(), format: worldFormatSchema, data: z.record(z.string(), z.unknown()) });
export const importedWorldSchema = z.object({ world: worldViewSchema, entities: z.record(z.string(), z.int()), errors: z.array(importErrorSchema) });
export type ImportedWorld = z.infer<typeof importedWorldSchema>;
export const exportQuerySchema = z.strictObject({ format: worldFormatSchema.default('campaign') });
