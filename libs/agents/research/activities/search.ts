import type { PassageHit, SearchResult } from '#contracts';
import type { Tool, ToolContext } from '#activities';
import { hasPassages, withTx } from '#store';
import { notFound } from './not-found.js';
import { guidanceOf, within } from './steering.js';
import { type FoundPassage, type ResearchInput, type ResearchState, searchArgsSchema } from '../contract.js';

const HITS = 8;
const KEPT = 12;
/** Queries that must have found nothing before it is said that there is nothing. */
const FEWEST_TRIES = 3;

/**
 * Searches the corpus and keeps the best passages in the state. The question itself is searched too the first time: a
 * small model's query may miss what its question would have found.
 */
export const search: Tool = async (ctx, args) => {
  const { query, more = [] } = searchArgsSchema.parse(args);
  const { question } = ctx.input as ResearchInput;
  const state = ctx.state as ResearchState;
  if (ctx.corpusId === null || !(await hasAny(ctx, ctx.corpusId))) {
    return { content: 'The corpus is empty.', reject: { code: 'corpus_empty', reason: 'The corpus has no passages. Ingest documents into it first.', fatal: true } };
  }
  const queries = [...new Set(state.searches.length === 0 ? [question, query, ...more] : [query, ...more])];
  const results: SearchResult[] = [];
  const { scope, before } = await guidanceOf(ctx);
  // A follow-up's question seldom names what it is about.
  if (before && state.searches.length === 0) queries.push(before.question);
  for (const q of queries) results.push(await ctx.deps.search(ctx.tenantId, ctx.corpusId, q, HITS, ctx.signal, scope));
  const found = takeInTurns(results.map((r) => r.hits));
  const known = new Set(state.passages.map((p) => p.passageId));
  const added = found.filter((p) => !known.has(p.passageId)).length;
  const searches = [...state.searches, { query, vectors: results.every((r) => r.vectors), added }];
  // What a further search found comes first: the model asked for it since the rest did not answer.
  const passages = unique([...found, ...(await within(ctx, scope, state.passages))]).slice(0, KEPT);
  if (passages.length === 0 && searches.length >= Math.max(FEWEST_TRIES, (ctx.input as ResearchInput).searches)) return notFound(question, searches);
  const content = found.length === 0 ? 'Nothing was found. Search in other words.' : `${found.length} passages were found, ${added} of them new.`;
  return { content, state: { ...state, searches, passages } satisfies ResearchState, gain: found.length === 0 ? 0 : added / found.length };
};

function hasAny(ctx: ToolContext, corpusId: string): Promise<boolean> {
  return withTx(ctx.deps.pool, ctx.tenantId, (tx) => hasPassages(tx, { tenantId: ctx.tenantId, corpusId }));
}

/** The best of each list, then the second best, and so on. */
function takeInTurns(lists: PassageHit[][]): FoundPassage[] {
  const longest = Math.max(...lists.map((l) => l.length));
  const inTurns = Array.from({ length: longest }, (_, i) => lists.flatMap((l) => l.slice(i, i + 1))).flat();
  return unique(inTurns.map(({ passageId, documentId, documentName, page, section, text }) => ({ passageId, documentId, documentName, page, section, text })));
}

function unique(passages: FoundPassage[]): FoundPassage[] {
  return [...new Map(passages.map((p) => [p.passageId, p])).values()];
}
