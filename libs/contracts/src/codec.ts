import { z } from 'zod';

/** Payloads as Temporal's JSON has them: bytes in base64. */
export const codecPayloadsSchema = z.object({ payloads: z.array(z.object({ metadata: z.record(z.string(), z.string()).optional(), data: z.string().optional() })).max(10_000) });
export type CodecPayloads = z.infer<typeof codecPayloadsSchema>;
