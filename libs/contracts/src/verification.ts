import { z } from 'zod';

export const NOTE_CHECKS = ['dose', 'drug', 'number', 'side', 'negation', 'support'] as const;
export type NoteCheck = (typeof NOTE_CHECKS)[number];

/** The check works while the API waits: these keep the worst case at a few seconds on a slow core; a visit takes 0.1 s. */
const MAX_SOURCE = 60_000;
const MAX_NOTE = 20_000;
const filled = (most: number): z.ZodString => z.string().max(most).regex(/[\p{L}\p{N}]/u, 'has no words');

export const verifySchema = z.strictObject({
  kind: z.literal('clinical-note'),
  source: filled(MAX_SOURCE).describe('What the text was written from: a transcript with a speaker before each turn, or notes.'),
  text: filled(MAX_NOTE).describe('The note to check.'),
});

/** Offsets are in UTF-16 code units; `end` is behind the last. */
export const textSpanSchema = z.object({ start: z.int(), end: z.int() });
export type TextSpan = z.infer<typeof textSpanSchema>;

export const mismatchSchema = z.object({
  check: z.enum(NOTE_CHECKS).describe('`support`: nothing in the source says so.'),
  text: z.string().describe('The words of the note that do not match.'),
  span: textSpanSchema.describe('Where they stand in the note.'),
  score: z.number().describe('How sure that is, in [0,1].'),
  source: textSpanSchema.nullable().describe('The nearest place in the source, where there is one.'),
});
export const verifiedSentenceSchema = z.object({
  text: z.string(),
  span: textSpanSchema.describe('Where it stands in the note.'),
  verdict: z.enum(['supported', 'doubtful']),
  evidence: z.array(textSpanSchema).describe('Where the source comes nearest to it.'),
  mismatches: z.array(mismatchSchema),
});
export const verificationSchema = z.object({
  kind: z.literal('clinical-note'),
  verdict: z.enum(['supported', 'doubtful']).describe('`doubtful` where a sentence is. A sentence without a mismatch is not thereby true: the checks are rules, and miss some.'),
  sentences: z.array(verifiedSentenceSchema),
  lexicon: z.object({ name: z.string(), drugs: z.int(), names: z.int() }).describe('Where drug names come from, and how many it has.'),
});
export type Verification = z.infer<typeof verificationSchema>;
export type VerifiedSentence = z.infer<typeof verifiedSentenceSchema>;
