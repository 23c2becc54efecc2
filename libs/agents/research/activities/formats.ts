import { z } from 'zod';
import { claimSchema, judgeArgsSchema, MAX_CLAIM_LENGTH, MAX_CLAIMS, MAX_QUERY_LENGTH, rerankArgsSchema, type ResearchInput, type ResearchState } from '../contract.js';
import type { NamedPassage } from './shown.js';

export type JsonSchema = Record<string, unknown>;

/** Keeps a small model from an answer of three dots. */
const MIN_CLAIM_LENGTH = 24;
const MAX_QUOTE_LENGTH = 600;
const SENTENCES_PER_CLAIM = 3;
const MAX_WHY_LENGTH = 200;
/** More do not fit an answer's turn. */
const MOST_RERANKED = 6;

/** The first turn must search, and so must one that has nothing to show; later ones may while the run has searches left. */
export const mustSearch = (state: ResearchState): boolean => state.passages.length === 0;
export const maySearch = (input: ResearchInput, state: ResearchState): boolean => state.searches.length < input.searches;

/** One query, or up to `queries` of them. */
export function searchFormat(queries: number): JsonSchema {
  const query = { type: 'string', minLength: 1, maxLength: MAX_QUERY_LENGTH };
  return object({ action: oneOf(['search']), ...(queries > 1 ? { queries: { type: 'array', items: query, minItems: 1, maxItems: queries } } : { query }) });
}

/** The best passages of those that the turn shows, the best first. */
export function rerankFormat(names: string[]): JsonSchema {
  return object({ action: oneOf(['rerank']), passages: { type: 'array', items: oneOf(names), minItems: 1, maxItems: Math.min(names.length, MOST_RERANKED) } });
}

/** An answer that can only name what the turn shows. */
export function answerFormat({ mode, choices }: Pick<ResearchInput, 'mode' | 'choices'>, shown: NamedPassage[]): JsonSchema {
  const text = { type: 'string', minLength: MIN_CLAIM_LENGTH, maxLength: MAX_CLAIM_LENGTH };
  const evidence = mode !== 'quotes'
    ? { sentences: { type: 'array', items: oneOf(shown.flatMap((p) => p.sentences.map((s) => s.name))), minItems: 1, maxItems: SENTENCES_PER_CLAIM } }
    : { passage: oneOf(shown.map((p) => p.name)), quote: { type: 'string', minLength: 1, maxLength: MAX_QUOTE_LENGTH } };
  // Evidence first: a choice that stands before it is made without it.
  return object({ action: oneOf(['answer']), claims: { type: 'array', items: object({ text, ...evidence }), minItems: 1, maxItems: MAX_CLAIMS }, ...(choices ? { choice: oneOf(choices) } : {}) });
}

export const anyOf = (formats: JsonSchema[]): JsonSchema => (formats.length === 1 ? formats[0]! : { anyOf: formats });

/** What a model says where nothing that was found answers the question. */
export const notFoundFormat: JsonSchema = object({ action: oneOf(['not_found']) });

/** A verdict on each claim of a draft. */
export function judgeFormat(claims: number): JsonSchema {
  const names = Array.from({ length: claims }, (_, i) => `C${i + 1}`);
  const verdict = object({ claim: oneOf(names), supported: oneOf(['yes', 'partly', 'no']), why: { type: 'string', maxLength: MAX_WHY_LENGTH } });
  return object({ action: oneOf(['judge']), verdicts: { type: 'array', items: verdict, minItems: claims, maxItems: claims } });
}

/** What a turn may say; lengths are not held against a model whose runtime does not keep to them. */
export const turnSchema = z.union([
  z.object({ action: z.literal('search'), query: z.string() }),
  z.object({ action: z.literal('search'), queries: z.array(z.string()).min(1) }),
  z.object({ action: z.literal('rerank'), passages: rerankArgsSchema.shape.passages }),
  z.object({ action: z.literal('answer'), claims: z.array(claimSchema).min(1), choice: z.string().optional() }),
  z.object({ action: z.literal('not_found') }),
  z.object({ action: z.literal('judge'), verdicts: judgeArgsSchema.shape.verdicts }),
]);

export function object(properties: JsonSchema): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

export function oneOf(values: string[]): JsonSchema {
  return { type: 'string', enum: values };
}
