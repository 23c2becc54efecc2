import type { TurnContext } from '#activities';
import { readWalk, type ScopeDocument, searchPassages, withTx } from '#store';
import type { Item, FoundPassage, ResearchResult, ResearchState, Scope, ResearchInput } from '../../contract.js';
import { passageTokens } from '../ask.js';
import { object, oneOf } from '../formats.js';
import { fitting, nameAll, type NamedPassage } from '../shown.js';
import { scopeDocuments } from '../steering.js';
import { citing, inventedNumbers, quotesOf, stringOf, text } from './item-format.js';
import { LEFT_OUT } from './narrow.js';
import type { Task } from './task.js';

const MOST_DOCUMENTS = 200;
const PER_DIMENSION = 3;
const PROMPT_TOKENS = 500;

/** A table of documents and dimensions; each cell is cited, or says that the document does not state it. */
export const compare: Task = {
  kind: 'comparison',
  cites: (state) => dimensionsOf(null, state).length > 0,
  async turn(ctx, state, scope) {
    const dimensions = dimensionsOf(ctx.input as ResearchInput, state);
    if (dimensions.length === 0) return { prompt: 'On which dimensions should the documents be compared? As JSON, a few words each.', items: object({ dimension: text(3, 60) }), min: 1, max: 5, shown: [], after: (s) => s };
    const document = await nextDocument(ctx, state, scope);
    if (!document) return null;
    const shown = await passagesFor(ctx, document.documentId, dimensions);
    return {
      prompt: `What does ${document.name} say on each of these: ${dimensions.join('; ')}? As JSON. "value" is short, with its numbers and units; leave out what it does not state; "sentences" are the names of the sentences above that say so.`,
      items: citing({ dimension: oneOf(dimensions), value: text(1, 160) }, shown), min: 0, max: dimensions.length, shown,
      after: (s) => ({ ...s, dimensions, coverage: [...(s.coverage ?? []), { documentId: document.documentId, documentName: document.name, passages: document.passages, read: shown.length, used: false, why: null }] }),
    };
  },
  take(item, citations, state): Item | string {
    const dimension = stringOf(item, 'dimension');
    if (citations.length === 0) return { text: dimension, citations, extra: { dimension: 'found' } };
    const value = stringOf(item, 'value');
    const invented = inventedNumbers(value, quotesOf(citations));
    if (value === '' || invented.length) return `The value of ${dimension} has a number that does not stand in what it names.`;
    if ((state.items ?? []).some((i) => i.text === dimension && i.citations[0]?.documentId === citations[0]!.documentId)) return `${dimension} has its value.`;
    return { text: dimension, citations, extra: { value } };
  },
  settle: (ctx, state) => {
    if (dimensionsOf(ctx.input as ResearchInput, state).length > 0) return state;
    const found = (state.items ?? []).map((i) => i.text).filter((d) => d !== '');
    return { ...state, items: [], dimensions: [...new Set(found)] };
  },
  result(_input, state): ResearchResult {
    const dimensions = state.dimensions ?? [];
    const rows = (state.coverage ?? []).filter((d) => d.why !== LEFT_OUT).map((d) => ({
      documentId: d.documentId, documentName: d.documentName,
      cells: dimensions.map((dimension) => { const item = (state.items ?? []).find((i) => i.text === dimension && i.citations[0]?.documentId === d.documentId); return { dimension, value: item?.extra['value'] ?? null, citations: item?.citations ?? [] }; }),
    }));
    const coverage = (state.coverage ?? []).map((c) => ({ ...c, used: rows.some((r) => r.documentId === c.documentId && r.cells.some((cell) => cell.value !== null)) })).map((c) => ({ ...c, why: c.used ? null : (c.why ?? 'It states none of the dimensions.') }));
    return { answer: `${rows.length} documents on ${dimensions.length} dimensions.`, claims: [], found: rows.length > 0, dimensions, rows, coverage };
  },
  cited: (result) => (result.rows ?? []).flatMap((r) => r.cells),
};

function dimensionsOf(input: ResearchInput | null, state: ResearchState): string[] {
  return state.dimensions ?? input?.dimensions ?? [];
}

/** In the order in which they came in; those behind the last one are named in the coverage. */
async function nextDocument(ctx: TurnContext, state: ResearchState, scope: Scope): Promise<ScopeDocument | null> {
  const done = new Set((state.coverage ?? []).map((c) => c.documentId));
  return (await scopeDocuments(ctx, scope)).slice(0, MOST_DOCUMENTS).find((d) => !done.has(d.documentId)) ?? null;
}

/** By words alone: the tool must see the passages that the turn showed, and a vector may come late. */
async function passagesFor(ctx: TurnContext, documentId: string, dimensions: string[]): Promise<NamedPassage[]> {
  const corpus = { tenantId: ctx.tenantId, corpusId: ctx.corpusId! };
  const found = new Map<string, FoundPassage>();
  await withTx(ctx.deps.pool, ctx.tenantId, async (tx) => {
    for (const dimension of dimensions) {
      const hits = await searchPassages(tx, { ...corpus, query: dimension, vector: null, limit: PER_DIMENSION, filter: { documentIds: [documentId] } });
      for (const { passageId, documentName, page, section, text: words } of hits) found.set(passageId, { passageId, documentId, documentName, page, section, text: words });
    }
    // A document that has none of the words is read from its start.
    if (found.size === 0) for (const { ordinal: _, ...p } of await readWalk(tx, corpus, null, [documentId], PER_DIMENSION)) found.set(p.passageId, p);
  });
  return fitting(nameAll([...found.values()]), passageTokens(ctx.deps.contextTokens, PROMPT_TOKENS));
}
