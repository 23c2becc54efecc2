import { type Item, MAX_CLAIM_LENGTH, type ResearchResult, type ResearchState } from '../../contract.js';
import { passageTokens } from '../ask.js';
import { object } from '../formats.js';
import { fitting, nameAll } from '../shown.js';
import { guidanceOf } from '../steering.js';
import { citing, claimOf, inventedNumbers, quotesOf, stringOf, text } from './item-format.js';
import type { Task } from './task.js';

const HITS = 8;
const PROMPT_TOKENS = 500;

/** An outline, then section by section from what a search for it finds; every sentence is cited. */
export const report: Task = {
  kind: 'report',
  cites: (state) => state.outline !== undefined,
  async turn(ctx, state) {
    if (!state.outline) return { prompt: 'Which sections should a report on this have? As JSON, a heading each.', items: object({ heading: text(3, 80) }), min: 2, max: 6, shown: [], after: (s) => s };
    const heading = state.outline[sectionOf(state)];
    if (heading === undefined) return null;
    const shown = fitting(nameAll(state.passages), passageTokens(ctx.deps.contextTokens, PROMPT_TOKENS));
    return { prompt: `Write the section "${heading}" of the report, as JSON. "text" is a full sentence; "sentences" are the names of the sentences above that say so.`, items: citing({ text: text(24, MAX_CLAIM_LENGTH) }, shown), min: 0, max: 5, shown, after: (s) => s };
  },
  take(item, citations, state): Item | string {
    if (!state.outline) return { text: stringOf(item, 'heading'), citations, extra: { heading: 'yes' } };
    const said = stringOf(item, 'text');
    const invented = inventedNumbers(said, quotesOf(citations));
    if (said === '' || invented.length) return 'A sentence has a number that does not stand in what it names.';
    return { text: said, citations, extra: { section: String(sectionOf(state)) } };
  },
  /** Finds the passages of the section that comes next. */
  async settle(ctx, state, taken) {
    const outline = state.outline ?? [...new Set(taken.map((i) => i.text).filter((h) => h !== ''))];
    const items = state.outline ? (state.items ?? []) : [];
    const searches = [...state.searches];
    const next = state.outline ? sectionOf(state) + 1 : 0;
    const heading = outline[next];
    if (heading === undefined) return { ...state, outline, items, searches: [...searches, { query: '', vectors: false, added: 0 }] };
    const { question } = ctx.input as { question: string };
    const { scope } = await guidanceOf(ctx);
    const { hits, vectors } = await ctx.deps.search(ctx.tenantId, ctx.corpusId!, `${question} ${heading}`, HITS, ctx.signal, scope);
    const passages = hits.map(({ passageId, documentId, documentName, page, section, text: words }) => ({ passageId, documentId, documentName, page, section, text: words }));
    return { ...state, outline, items, passages, searches: [...searches, { query: heading, vectors, added: passages.length }] };
  },
  result(_input, state): ResearchResult {
    const sections = (state.outline ?? []).map((heading, i) => ({ heading, claims: (state.items ?? []).filter((item) => item.extra['section'] === String(i)).map(claimOf) }));
    const citations = sections.flatMap((s) => s.claims.flatMap((c) => c.citations));
    const sources = [...new Map(citations.map((c) => [c.documentId, c.documentName])).entries()];
    const bibliography = sources.map(([documentId, documentName]) => ({ documentId, documentName, pages: [...new Set(citations.filter((c) => c.documentId === documentId && c.page !== null).map((c) => c.page!))].sort((a, b) => a - b) }));
    return { answer: sections.map((s) => `${s.heading}: ${s.claims.map((c) => c.text).join(' ')}`).join('\n'), claims: [], found: citations.length > 0, sections, bibliography };
  },
  cited: (result) => (result.sections ?? []).flatMap((s) => s.claims),
};

/** A search was made for each section that has begun. */
const sectionOf = (state: ResearchState): number => state.searches.length - 1;
