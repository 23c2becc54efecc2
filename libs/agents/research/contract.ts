import { z } from 'zod';
import type { AgentContract } from '#contracts';

export const MAX_SEARCHES = 8;
export const MAX_QUERIES = 4;
export const TASKS = ['ask', 'summary', 'compare', 'contradictions', 'flashcards', 'timeline', 'report'] as const;
export type TaskName = (typeof TASKS)[number];

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
/** Narrows what is read: every condition that is given must hold. Dates are a document's own; a folder is that of the server, or one within what was ingested. */
export const scopeSchema = z.strictObject({ documentIds: z.array(z.uuid()).min(1).optional(), folder: z.string().min(1).max(1_000).optional(), tags: z.array(z.string()).min(1).optional(), from: day.optional(), to: day.optional() });
export type Scope = z.output<typeof scopeSchema>;

/** What is asked in a run of the research agent. */
export const researchInputSchema = z.strictObject({
  question: z.string().min(1).max(4_000).describe('The question; for the other tasks the topic.'),
  task: z.enum(TASKS).default('ask'),
  /**
   * `sentences`: the model picks numbered sentences, so that even a tiny one can only cite what exists.
   * `quotes`: the model quotes in its own hand, and every quotation is looked up in its passage.
   */
  mode: z.enum(['sentences', 'quotes']).default('sentences'),
  /** Searches the model may make. With one it must answer from what that found; a small model wastes more. */
  searches: z.int().min(1).max(MAX_SEARCHES).default(1),
  queries: z.int().min(1).max(MAX_QUERIES).default(1).describe('Queries that a search makes of the question, in words of their own, beside the question itself.'),
  rerank: z.boolean().default(false).describe('Whether a turn puts what a search found in order, before the answer is written from the first ones.'),
  scope: scopeSchema.optional(),
  followUpOf: z.uuid().optional().describe('A research run whose question and scope this one goes on from.'),
  judge: z.boolean().default(true).describe('Whether a second turn judges if each claim follows from what it cites.'),
  unsupported: z.enum(['mark', 'drop']).default('mark').describe('What becomes of claims that the judge refuses twice.'),
  mayRefuse: z.boolean().default(true).describe('Whether the model may say that the library does not hold the answer.'),
  choices: z.array(z.string().min(1).max(40)).min(2).max(8).refine((all) => new Set(all).size === all.length, 'Each choice once.').optional().describe('What a closed question can be answered with (yes, no, maybe); the answer then names one of them beside its claims.'),
  dimensions: z.array(z.string().min(1).max(80)).min(1).max(8).optional().describe('What a comparison compares; found by the model where none are given.'),
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
  /** Where the quotation stands in its page's text, in characters. */
  span: z.tuple([z.int(), z.int()]).optional(),
  /** The part of the page's picture where it was recognised: left, top, width, height in [0,1]. */
  region: z.array(z.number()).length(4).optional(),
});
export type Citation = z.infer<typeof citationSchema>;

export const SUPPORT = ['supported', 'partly', 'unsupported', 'unchecked'] as const;
export const citedClaimSchema = z.object({ text: z.string(), citations: z.array(citationSchema), support: z.enum(SUPPORT).optional() });
export type CitedClaim = z.infer<typeof citedClaimSchema>;

/** Which documents were read, and of those that gave nothing, why. */
export const coverageSchema = z.array(z.object({ documentId: z.string(), documentName: z.string(), passages: z.int(), read: z.int(), used: z.boolean(), why: z.string().nullable() }));
export type Coverage = z.infer<typeof coverageSchema>;

export const researchResultSchema = z.object({
  /** The claims as one text, each with the numbers of its citations. */
  answer: z.string(),
  claims: z.array(citedClaimSchema),
  /** Of the input's choices. */
  choice: z.string().optional(),
  /** False where the library does not hold the answer; `searched` says what was looked for. */
  found: z.boolean().default(true),
  searched: z.array(z.object({ query: z.string(), added: z.int() })).optional(),
  coverage: coverageSchema.optional(),
  dimensions: z.array(z.string()).optional(),
  rows: z.array(z.object({ documentId: z.string(), documentName: z.string(), cells: z.array(z.object({ dimension: z.string(), value: z.string().nullable(), citations: z.array(citationSchema) })) })).optional(),
  contradictions: z.array(z.object({ a: citedClaimSchema, b: citedClaimSchema, kind: z.string(), why: z.string(), severity: z.string() })).optional(),
  cards: z.array(z.object({ question: z.string(), answer: z.string(), citations: z.array(citationSchema) })).optional(),
  events: z.array(z.object({ date: z.string(), precision: z.string(), until: z.string().nullable(), what: z.string(), citations: z.array(citationSchema), conflictsWith: z.array(z.int()) })).optional(),
  sections: z.array(z.object({ heading: z.string(), claims: z.array(citedClaimSchema) })).optional(),
  bibliography: z.array(z.object({ documentId: z.string(), documentName: z.string(), pages: z.array(z.int()) })).optional(),
});
export type ResearchResult = z.input<typeof researchResultSchema>;

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

/** What a task has gathered: a claim, a card, an event, a cell. `extra` is what its task keeps beside text and citations. */
export const itemSchema = z.object({ text: z.string(), citations: z.array(citationSchema), extra: z.record(z.string(), z.string()) });
export type Item = z.infer<typeof itemSchema>;

export const researchStateSchema = z.object({
  /** Queries so far; `vectors` is false where only full text answered. */
  searches: z.array(z.object({ query: z.string(), vectors: z.boolean(), added: z.int() })),
  /** The best of all searches, best first. */
  passages: z.array(foundPassageSchema),
  /** After how many searches the passages were put in order by the model. */
  rerankedAt: z.int().optional(),
  /** An answer whose quotations stand, while a judge looks whether they support it. */
  draft: z.array(citedClaimSchema).optional(),
  /** What the answer, or its draft, has chosen. */
  choice: z.string().optional(),
  /** Claims that the judge refused, and why. */
  refused: z.array(z.object({ text: z.string(), why: z.string() })).optional(),
  /** Where a task that reads everything stands: behind this passage. */
  cursor: z.object({ documentId: z.string(), ordinal: z.int() }).optional(),
  items: z.array(itemSchema).optional(),
  coverage: coverageSchema.optional(),
  /** How far a task that reads everything is, of what its scope holds now. */
  progress: z.object({ documents: z.int(), documentsRead: z.int(), passages: z.int(), passagesRead: z.int() }).optional(),
  dimensions: z.array(z.string()).optional(),
  /** Pairs of items that may contradict each other, those not judged yet first to last. */
  pairs: z.array(z.tuple([z.int(), z.int()])).optional(),
  outline: z.array(z.string()).optional(),
});
export type ResearchState = z.infer<typeof researchStateSchema>;

export const MAX_CLAIMS = 4;
export const MAX_CLAIM_LENGTH = 240;
export const MAX_QUERY_LENGTH = 100;

export const searchArgsSchema = z.strictObject({ query: z.string().min(1).max(4_000), more: z.array(z.string().min(1).max(4_000)).max(MAX_QUERIES - 1).optional().describe('The same in other words.') });
/** Passages by name, the best first. */
export const rerankArgsSchema = z.strictObject({ passages: z.array(z.string().regex(/^P\d+$/)).min(1) });
/** Sentences are named `S1`, `S2`, …, passages `P1`, `P2`, …, as the turn showed them. */
export const claimSchema = z.union([
  z.strictObject({ text: z.string().min(1), sentences: z.array(z.string().regex(/^S\d+$/)).min(1) }),
  z.strictObject({ text: z.string().min(1), passage: z.string().regex(/^P\d+$/), quote: z.string().min(1) }),
]);
export type Claim = z.infer<typeof claimSchema>;
/** No claims: the library does not hold the answer. */
export const answerArgsSchema = z.strictObject({ claims: z.array(claimSchema).max(MAX_CLAIMS), choice: z.string().optional() });
export const judgeArgsSchema = z.strictObject({ verdicts: z.array(z.object({ claim: z.string(), supported: z.enum(['yes', 'partly', 'no']), why: z.string().optional() })) });
/** What a turn over some passages or documents found; each task's own fields beside `sentences`. */
export const noteArgsSchema = z.strictObject({ items: z.array(z.record(z.string(), z.union([z.string(), z.array(z.string())]))).max(12) });

const tool = { effect: 'read', timeoutMs: 30_000 } as const;

/** Answers a question from a corpus; every claim names the sentences it rests on, and code checks that they stand there. */
export const researchContract: AgentContract = {
  name: 'research',
  version: '1',
  title: 'Research',
  description: 'Answers a question from the documents of a corpus, and summarises, compares, finds contradictions, makes flashcards, timelines and reports. Each claim cites the passages it rests on, and every quotation is checked against its page.',
  input: researchInputSchema,
  result: researchResultSchema,
  state: researchStateSchema,
  tools: [
    { ...tool, name: 'search', description: 'Searches the corpus for passages.', kind: 'search', parameters: searchArgsSchema },
    { ...tool, name: 'rerank', description: 'Puts the passages that were found in order, the best first.', kind: 'read', parameters: rerankArgsSchema },
    { ...tool, name: 'answer', description: 'Gives the answer as claims with their evidence, and ends the run where the evidence stands.', kind: 'finish', parameters: answerArgsSchema },
    { ...tool, name: 'judge', description: 'Says of each claim whether what it cites supports it.', kind: 'read', parameters: judgeArgsSchema },
    { ...tool, name: 'note', description: 'Notes what was found in the passages shown, and moves on to the next ones.', kind: 'read', exempt: true, parameters: noteArgsSchema },
  ],
  limits: { maxSteps: 600, maxTokens: 4_000_000, maxSeconds: 6 * 3_600 },
  sampling: { temperature: 0, maxTokens: 700, repeatPenalty: 1.1 },
  drift: { enabled: true, cooldown: 4, maxEpisodes: 3, mayAsk: false, holdout: 0.1, judge: { fromStep: 20, suspects: 2 } },
  maxAttempts: 4,
  needsCorpus: true,
  memory: { tools: false },
};
