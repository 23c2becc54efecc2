import type { TurnContext } from '#activities';
import { readDocument, readWalk, type WalkPassage, withTx } from '#store';
import type { Coverage, ResearchState, Scope } from '../../contract.js';
import { passageTokens } from '../ask.js';
import { fitting, nameAll, type NamedPassage } from '../shown.js';
import { documentsOf } from '../steering.js';

/** More passages than this never fit a turn. */
const MOST_PASSAGES = 40;
/** What a turn says beside its passages. */
const PROMPT_TOKENS = 400;

/** Passages of one document that a turn reads, and where the next ones start. */
export type Unit = { documentId: string; documentName: string; shown: NamedPassage[]; cursor: NonNullable<ResearchState['cursor']>; total: number };

/** The next passages that a task has not read, as many as a turn takes; null behind the last one. */
export async function nextUnit(ctx: TurnContext, state: ResearchState, scope: Scope): Promise<Unit | null> {
  const corpus = { tenantId: ctx.tenantId, corpusId: ctx.corpusId! };
  const documentIds = await documentsOf(ctx, scope);
  const passages = await withTx(ctx.deps.pool, ctx.tenantId, (tx) => readWalk(tx, corpus, state.cursor ?? null, documentIds, MOST_PASSAGES));
  const first = passages[0];
  if (!first) return null;
  const named = nameAll(passages.map(({ ordinal: _, ...p }: WalkPassage) => p));
  const shown = fitting(named, passageTokens(ctx.deps.contextTokens, PROMPT_TOKENS));
  const last = passages[shown.length - 1]!;
  const document = await withTx(ctx.deps.pool, ctx.tenantId, (tx) => readDocument(tx, { ...corpus, documentId: first.documentId }));
  return { documentId: first.documentId, documentName: first.documentName, shown, cursor: { documentId: last.documentId, ordinal: last.ordinal }, total: document?.passages ?? passages.length };
}

/** The state behind a unit: its cursor, and the document's passages as read. */
export function behind(state: ResearchState, unit: Unit): ResearchState {
  const known = state.coverage ?? [];
  const entry = known.find((c) => c.documentId === unit.documentId) ?? { documentId: unit.documentId, documentName: unit.documentName, passages: unit.total, read: 0, used: false, why: null };
  return { ...state, cursor: unit.cursor, coverage: [...known.filter((c) => c !== entry), { ...entry, read: entry.read + unit.shown.length }] };
}

/** Coverage with what the items make of it: a document is used where something cites it. */
export function coverageOf(state: ResearchState): Coverage {
  const cited = new Set((state.items ?? []).flatMap((i) => i.citations.map((c) => c.documentId)));
  return (state.coverage ?? []).map((c) => ({ ...c, used: cited.has(c.documentId), why: cited.has(c.documentId) ? null : (c.why ?? 'Nothing in it was found to say on the topic.') }));
}
