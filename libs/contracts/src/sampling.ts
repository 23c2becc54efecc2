import { z } from 'zod';

export const samplingSchema = z.object({
  temperature: z.number().min(0).max(2).optional(),
  topK: z.int().min(1).optional(),
  topP: z.number().min(0).max(1).optional(),
  seed: z.int().optional(),
  repeatPenalty: z.number().min(0.5).max(2).optional(),
  repeatLastN: z.int().min(-1).optional(),
  maxTokens: z.int().min(1).optional(),
  think: z.boolean().optional(),
});
export type Sampling = z.infer<typeof samplingSchema>;
