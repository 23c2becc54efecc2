import type { TurnContext } from '#activities';
import { readRunRecord, readScope, readWords, withTx } from '#store';
import type { ResearchInput, Scope } from '../contract.js';

/** What a run goes by beside its question: what people said meanwhile, the scope that follows, and the question before it. */
export type Guidance = { words: string[]; scope: Scope; before: { question: string; answer: string } | null };

/**
 * The input's scope, or that of the run before, narrowed by what people have said since: "only papers after 2020" is
 * read by code, so that it holds whatever the model makes of it; the words go to the model besides.
 */
export async function guidanceOf(ctx: TurnContext): Promise<Guidance> {
  const input = ctx.input as ResearchInput;
  const [words, previous] = await withTx(ctx.deps.pool, ctx.tenantId, async (tx) => [
    await readWords(tx, ctx, ctx.step),
    input.followUpOf ? await readRunRecord(tx, { tenantId: ctx.tenantId, runId: input.followUpOf }) : null,
  ] as const);
  const earlier = previous?.agent === 'research' ? (previous.input as ResearchInput) : null;
  const scope = words.reduce(narrowed, input.scope ?? earlier?.scope ?? {});
  return { words, scope, before: earlier ? { question: earlier.question, answer: String((previous!.result as { answer?: unknown } | null)?.answer ?? '') } : null };
}

/** The documents that a scope leaves; null where it leaves all. */
export async function documentsOf(ctx: TurnContext, scope: Scope): Promise<string[] | null> {
  return (await withTx(ctx.deps.pool, ctx.tenantId, (tx) => readScope(tx, { tenantId: ctx.tenantId, corpusId: ctx.corpusId! }, scope))).documentIds;
}

const AFTER = /\b(?:after|newer than|later than)\s+((?:19|20)\d\d)\b/i;
const SINCE = /\b(?:since|from)\s+((?:19|20)\d\d)\b/i;
const BEFORE = /\b(?:before|older than|earlier than)\s+((?:19|20)\d\d)\b/i;
const UNTIL = /\b(?:until|up to|till)\s+((?:19|20)\d\d)\b/i;
const TAG = /\btag(?:ged)?\s+["“]?([\p{L}\p{N}_-]+)/iu;

export function narrowed(scope: Scope, words: string): Scope {
  const year = (pattern: RegExp): number | null => Number(pattern.exec(words)?.[1]) || null;
  const from = year(AFTER) ? `${year(AFTER)! + 1}-01-01` : year(SINCE) ? `${year(SINCE)!}-01-01` : undefined;
  const to = year(BEFORE) ? `${year(BEFORE)! - 1}-12-31` : year(UNTIL) ? `${year(UNTIL)!}-12-31` : undefined;
  const tag = TAG.exec(words)?.[1];
  return { ...scope, ...(from ? { from } : {}), ...(to ? { to } : {}), ...(tag ? { tags: [...new Set([...(scope.tags ?? []), tag])] } : {}) };
}
