import { z } from 'zod';
import { claimSchema, MAX_CLAIM_LENGTH, MAX_CLAIMS, MAX_QUERY_LENGTH, type ResearchInput, type ResearchState } from '../contract.js';
import type { NamedPassage } from './shown.js';

type JsonSchema = Record<string, unknown>;

/** Keeps a small model from an answer of three dots. */
const MIN_CLAIM_LENGTH = 24;
const MAX_QUOTE_LENGTH = 600;
const SENTENCES_PER_CLAIM = 3;

/** The first turn must search, and so must one that has nothing to show; later ones may while the run has searches left. */
export const mustSearch = (state: ResearchState): boolean => state.passages.length === 0;
export const maySearch = (input: ResearchInput, state: ResearchState): boolean => state.searches.length < input.searches;

export const searchFormat: JsonSchema = object({ action: oneOf(['search']), query: { type: 'string', minLength: 1, maxLength: MAX_QUERY_LENGTH } });

/** An answer that can only name what the turn shows. */
export function answerFormat(mode: ResearchInput['mode'], shown: NamedPassage[]): JsonSchema {
  const text = { type: 'string', minLength: MIN_CLAIM_LENGTH, maxLength: MAX_CLAIM_LENGTH };
  const evidence = mode !== 'quotes'
    ? { sentences: { type: 'array', items: oneOf(shown.flatMap((p) => p.sentences.map((s) => s.name))), minItems: 1, maxItems: SENTENCES_PER_CLAIM } }
    : { passage: oneOf(shown.map((p) => p.name)), quote: { type: 'string', minLength: 1, maxLength: MAX_QUOTE_LENGTH } };
  return object({ action: oneOf(['answer']), claims: { type: 'array', items: object({ text, ...evidence }), minItems: 1, maxItems: MAX_CLAIMS } });
}

export const eitherFormat = (answer: JsonSchema): JsonSchema => ({ anyOf: [answer, searchFormat] });

/** What a turn may say; lengths are not held against a model whose runtime does not keep to them. */
export const turnSchema = z.union([
  z.object({ action: z.literal('search'), query: z.string() }),
  z.object({ action: z.literal('answer'), claims: z.array(claimSchema).min(1) }),
]);

function object(properties: JsonSchema): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function oneOf(values: string[]): JsonSchema {
  return { type: 'string', enum: values };
}
