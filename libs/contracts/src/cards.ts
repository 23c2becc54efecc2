import { z } from 'zod';
import { idSchema } from './ids.js';

export const RATINGS = ['again', 'hard', 'good', 'easy'] as const;
/** The flashcards that a research run has delivered, to be learned. */
export const takeCardsSchema = z.strictObject({ runId: idSchema });
export const cardsTakenSchema = z.object({ taken: z.int(), known: z.int() }).describe('`known`: cards whose question the corpus has already, or whose document is gone.');
export const cardQuerySchema = z.strictObject({ corpusId: idSchema, due: z.enum(['now', 'any']).default('now'), limit: z.coerce.number().int().min(1).max(200).default(50) });
export const cardExportSchema = z.strictObject({ corpusId: idSchema, format: z.enum(['csv', 'apkg']).default('csv') });
export const cardViewSchema = z.object({ id: idSchema, corpusId: idSchema, documentId: idSchema, documentName: z.string(), question: z.string(), answer: z.string(), quote: z.string(), page: z.int().nullable(), due: z.string(), reviews: z.int(), lapses: z.int() });
export type CardView = z.infer<typeof cardViewSchema>;
export const cardListSchema = z.object({ data: z.array(cardViewSchema) });
export const reviewSchema = z.strictObject({ rating: z.enum(RATINGS) });
