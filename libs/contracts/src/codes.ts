import { z } from 'zod';

export const codeSchema = z.object({ system: z.string(), code: z.string(), display: z.string() });
export type Code = z.infer<typeof codeSchema>;
export const searchCodesSchema = z.strictObject({ q: z.string().min(1).max(200), system: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(100).default(20) });
export const codeListSchema = z.object({ data: z.array(codeSchema), nextCursor: z.null() });
