import type { TurnContext } from '#activities';
import type { Coverage, Item, ResearchState } from '../../contract.js';
import { documentsOf, type Guidance, scopeDocuments } from '../steering.js';
import { leftOf } from './reduce.js';

export const LEFT_OUT = 'It was left out by what was said while the run was at work.';
const NO_TEXT = 'It holds no text that could be read.';
const BEYOND = 'It is beyond the documents that one run takes.';

/** The state with how far it is; without what lies outside a scope that was narrowed since. */
export async function upToDate(ctx: TurnContext, { scope }: Guidance, state: ResearchState): Promise<ResearchState> {
  const allowed = await documentsOf(ctx, scope);
  const kept = allowed === null ? state : without(state, new Set(allowed));
  if (!kept.coverage) return kept;
  const documents = await scopeDocuments(ctx, scope);
  const inScope = new Set(documents.map((d) => d.documentId));
  const read = kept.coverage.filter((c) => inScope.has(c.documentId));
  const sum = (numbers: number[]): number => numbers.reduce((total, n) => total + n, 0);
  return { ...kept, progress: { documents: documents.length, documentsRead: read.filter((c) => c.read >= c.passages).length, passages: sum(documents.map((d) => d.passages)), passagesRead: sum(read.map((c) => c.read)) } };
}

function without(state: ResearchState, allowed: ReadonlySet<string>): ResearchState {
  const items = state.items ?? [];
  const isIn = (item: Item | undefined): boolean => (item?.citations ?? []).every((c) => allowed.has(c.documentId));
  const both = (a: number, b: number): boolean => isIn(items[a]) && isIn(items[b]);
  const coverage = state.coverage?.map((c) => (allowed.has(c.documentId) ? c : { ...c, why: LEFT_OUT }));
  // Pairs name items by their number, so the items that they name must stay where they are; verdicts stand behind those.
  const rest = state.pairs ? { pairs: state.pairs.filter(([a, b]) => both(a, b)), items: items.filter((i) => !i.extra['kind'] || both(Number(i.extra['a']), Number(i.extra['b']))) } : { items: leftOf(items, isIn) };
  return { ...state, ...(state.items || state.pairs ? rest : {}), ...(coverage ? { coverage } : {}) };
}

/** Coverage with the documents that were asked for and not read, each with the reason. */
export async function withUnread(ctx: TurnContext, { asked, scope }: Guidance, coverage: Coverage): Promise<Coverage> {
  const known = new Set(coverage.map((c) => c.documentId));
  const allowed = await documentsOf(ctx, scope);
  const unread = (await scopeDocuments(ctx, asked)).filter((d) => !known.has(d.documentId));
  const why = (id: string, passages: number): string => (allowed && !allowed.includes(id) ? LEFT_OUT : passages === 0 ? NO_TEXT : BEYOND);
  return [...coverage, ...unread.map((d) => ({ documentId: d.documentId, documentName: d.name, passages: d.passages, read: 0, used: false, why: why(d.documentId, d.passages) }))];
}
