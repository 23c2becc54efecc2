import { z } from 'zod';
import type { AgentContract } from '#contracts';

export const MAX_SEARCHES = 3;

/** What is asked in a run of the research agent. */
export const researchInputSchema = z.strictObject({
  question: z.string().min(1).max(4_000),
  /**
   * `sentences`: the model picks numbered sentences, so that even a tiny one can only cite what exists.
   * `quotes`: the model quotes in its own hand, and every quotation is looked up in its passage.
   */
  mode: z.enum(['sentences', 'quotes']).default('sentences'),
  /** Searches the model may make. With one it must answer from what that found; a small model wastes more. */
  searches: z.int().min(1).max(MAX_SEARCHES).default(1),
});
export type ResearchInput = z.output<typeof researchInputSchema>;

export const citationSchema = z.object({
  passageId: z.string(),
  documentId: z.string(),
  documentName: z.string(),
  /** From 1; null where the format has no pages. */
  page: z.int().nullable(),
  section: z.string().nullable(),
  quote: z.string(),
});
export const researchResultSchema = z.object({
  /** The claims as one text, each with the numbers of its citations. */
  answer: z.string(),
  claims: z.array(z.object({ text: z.string(), citations: z.array(citationSchema) })),
});
export type ResearchResult = z.infer<typeof researchResultSchema>;

/** A passage as it was found: kept in the state, so that its number and its sentences stay what they were. */
export const foundPassageSchema = z.object({
  passageId: z.string(),
  documentId: z.string(),
  documentName: z.string(),
  page: z.int().nullable(),
  section: z.string().nullable(),
  text: z.string(),
});
export type FoundPassage = z.infer<typeof foundPassageSchema>;

export const researchStateSchema = z.object({
  /** Queries so far; `vectors` is false where only full text answered. */
  searches: z.array(z.object({ query: z.string(), vectors: z.boolean(), added: z.int() })),
  /** The best of all searches, best first. */
  passages: z.array(foundPassageSchema),
});
export type ResearchState = z.infer<typeof researchStateSchema>;

export const MAX_CLAIMS = 4;
export const MAX_CLAIM_LENGTH = 240;
export const MAX_QUERY_LENGTH = 100;

export const searchArgsSchema = z.strictObject({ query: z.string().min(1).max(4_000) });
/** Sentences are named `S1`, `S2`, …, passages `P1`, `P2`, …, as the turn showed them. */
export const claimSchema = z.union([
  z.strictObject({ text: z.string().min(1), sentences: z.array(z.string().regex(/^S\d+$/)).min(1) }),
  z.strictObject({ text: z.string().min(1), passage: z.string().regex(/^P\d+$/), quote: z.string().min(1) }),
]);
export type Claim = z.infer<typeof claimSchema>;
export const answerArgsSchema = z.strictObject({ claims: z.array(claimSchema).min(1).max(MAX_CLAIMS) });

/** Answers a question from a corpus; every claim names the sentences it rests on, and code checks that they stand there. */
export const researchContract: AgentContract = {
  name: 'research',
  version: '1',
  title: 'Research',
  description: 'Answers a question from the documents of a corpus. Each claim cites the passages it rests on, and every quotation is checked against its page.',
  input: researchInputSchema,
  result: researchResultSchema,
  state: researchStateSchema,
  tools: [
    { name: 'search', description: 'Searches the corpus for passages.', kind: 'search', effect: 'read', parameters: searchArgsSchema, timeoutMs: 30_000 },
    { name: 'answer', description: 'Gives the answer as claims with their evidence, and ends the run where the evidence stands.', kind: 'finish', effect: 'read', parameters: answerArgsSchema, timeoutMs: 30_000 },
  ],
  limits: { maxSteps: 12, maxTokens: 200_000, maxSeconds: 3_600 },
  sampling: { temperature: 0, maxTokens: 700, repeatPenalty: 1.1 },
  drift: { enabled: true, cooldown: 4, maxEpisodes: 3, mayAsk: false, holdout: 0 },
  maxAttempts: 4,
  needsCorpus: true,
  memory: { tools: false },
};
