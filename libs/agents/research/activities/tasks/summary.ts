import type { Item, ResearchResult, ResearchState } from '../../contract.js';
import { MAX_CLAIM_LENGTH } from '../../contract.js';
import { oneOf, object } from '../formats.js';
import { citing, claimOf, inventedNumbers, quotesOf, stringOf, text } from './item-format.js';
import { frontier, nextReduction, type Reduction, weighedOff } from './reduce.js';
import type { Task, TaskTurn } from './task.js';
import { behind, coverageOf, nextUnit } from './walk.js';

const PER_UNIT = 3;

/** Reads everything piece by piece, noting what matters, a step each; then sums the notes up, a step each, until a few sentences that rest on them say the whole. */
export const summary: Task = {
  kind: 'summary',
  // Statements that are summed up are named, not sentences.
  cites: (_state, turn) => turn.shown.length > 0,
  async turn(ctx, state, scope) {
    if (isReduced(state)) return null;
    const unit = await nextUnit(ctx, state, scope);
    if (unit) return { prompt: `Note what matters most in these passages for the summary, as JSON. "text" is a full sentence; "sentences" are the names of the sentences above that say so.`, items: citing({ text: text(24, MAX_CLAIM_LENGTH) }, unit.shown), min: 0, max: PER_UNIT, shown: unit.shown, after: (s) => behind(s, unit) };
    const reduction = nextReduction(state);
    return reduction ? reduceTurn(state, reduction) : null;
  },
  take(item, citations, state): Item | string {
    const said = stringOf(item, 'text');
    if (said === '') return 'A note has no text.';
    const from = notesOf(item, state);
    const cited = citations.length ? citations : from.flatMap((n) => (state.items ?? [])[n]?.citations ?? []);
    if (cited.length === 0) return 'A sentence of the summary rests on no note.';
    const invented = inventedNumbers(said, `${quotesOf(cited)} ${said.match(/S\d+/g)?.join(' ') ?? ''}`);
    if (invented.length) return `The number ${invented[0]} does not stand in what was cited.`;
    return { text: said, citations: cited.slice(0, 4), extra: citations.length ? {} : nextReduction(state)?.last ? { whole: 'yes' } : { made: 'yes' } };
  },
  result(_input, state): ResearchResult {
    const items = state.items ?? [];
    const whole = items.filter((i) => i.extra['whole']);
    const claims = (whole.length ? whole : frontier(state).map((n) => items[n]!)).map(claimOf);
    const coverage = coverageOf(state);
    return { answer: claims.map((c, i) => `${c.text} [${i + 1}]`).join(' '), claims, found: claims.length > 0, coverage, sections: sectionsOf(state) };
  },
  cited: (result) => [...result.claims, ...(result.sections ?? []).flatMap((s) => s.claims)],
};

/** A reduction was made, or tried in vain. */
const isReduced = (state: ResearchState): boolean => state.outline !== undefined;

function reduceTurn(state: ResearchState, reduction: Reduction): TaskTurn {
  const items = state.items ?? [];
  const names = reduction.weighed.map((n) => `N${n + 1}`);
  return {
    prompt: `${reduction.weighed.map((n) => `N${n + 1}: ${items[n]!.text}`).join('\n')}\n\nSum the notes up, as JSON. "text" is a full sentence; "notes" are the names of the notes that say so.`,
    items: object({ text: text(24, MAX_CLAIM_LENGTH), notes: { type: 'array', items: oneOf(names), minItems: 1, maxItems: 4 } }),
    min: 1, max: reduction.most, shown: [], after: (s) => weighedOff(s, reduction, items.length),
  };
}

function notesOf(item: Record<string, string | string[]>, state: ResearchState): number[] {
  const named = Array.isArray(item['notes']) ? item['notes'] : [];
  return named.map((n) => Number(/^N(\d+)$/.exec(n)?.[1]) - 1).filter((n) => n >= 0 && n < (state.items ?? []).length);
}

/** What was noted of each document. */
function sectionsOf(state: ResearchState): NonNullable<ResearchResult['sections']> {
  const notes = (state.items ?? []).filter((i) => !i.extra['whole'] && !i.extra['made']);
  return (state.coverage ?? []).map((c) => ({ heading: c.documentName, claims: notes.filter((n) => n.citations[0]?.documentId === c.documentId).map(claimOf) })).filter((s) => s.claims.length > 0);
}
