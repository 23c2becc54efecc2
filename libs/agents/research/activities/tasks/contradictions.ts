import { type Item, MAX_CLAIM_LENGTH, type ResearchResult, type ResearchState } from '../../contract.js';
import { object, oneOf } from '../formats.js';
import { guidanceOf } from '../steering.js';
import { citing, claimOf, inventedNumbers, overlap, quotesOf, stringOf, text } from './item-format.js';
import type { Task, TaskTurn } from './task.js';
import { behind, coverageOf, nextUnit } from './walk.js';

const PER_UNIT = 4;
/** Statements that share less are of different things. */
const ALIKE = 0.4;
const MOST_PAIRS = 24;
/** A difference of scope (other people, another time, another dose) explains two findings and is none between them. */
const KINDS = ['none', 'number', 'direction', 'method', 'definition', 'scope'] as const;

/** Notes what the documents state, then looks at the pairs that speak of the same and says where they differ. */
export const contradictions: Task = {
  kind: 'contradictions',
  cites: (state) => state.pairs === undefined,
  async turn(ctx, state, scope) {
    if (state.pairs) return state.pairs.length ? pairTurn(state) : null;
    const unit = await nextUnit(ctx, state, scope);
    if (!unit) return null;
    return { prompt: 'Note what is claimed above, as JSON. "text" is one claim in a full sentence, with its numbers; "sentences" are the names of the sentences above that say so.', items: citing({ text: text(24, MAX_CLAIM_LENGTH) }, unit.shown), min: 0, max: PER_UNIT, shown: unit.shown, after: (s) => behind(s, unit) };
  },
  take(item, citations, state): Item | string {
    if (state.pairs) {
      const kind = stringOf(item, 'kind');
      const [a, b] = state.pairs[0]!;
      return { text: stringOf(item, 'why'), citations: [], extra: { kind, severity: stringOf(item, 'severity'), a: String(a), b: String(b) } };
    }
    const said = stringOf(item, 'text');
    const invented = inventedNumbers(said, quotesOf(citations));
    if (said === '' || invented.length) return 'A claim has a number that does not stand in what it names.';
    return { text: said, citations, extra: {} };
  },
  async settle(ctx, state) {
    if (state.pairs) return state;
    const left = await nextUnit(ctx, state, (await guidanceOf(ctx)).scope);
    return left ? state : { ...state, pairs: pairsOf(state) };
  },
  result(_input, state): ResearchResult {
    const items = state.items ?? [];
    const found = items.filter((i) => i.extra['kind'] && i.extra['kind'] !== 'none');
    const pairs = found.map((i) => ({ a: claimOf(items[Number(i.extra['a'])]!), b: claimOf(items[Number(i.extra['b'])]!), kind: i.extra['kind']!, why: i.text, severity: i.extra['severity'] ?? 'low' }));
    return { answer: pairs.length ? pairs.map((p) => `${p.kind}: ${p.a.text} — ${p.b.text}`).join('\n') : 'No contradictions were found.', claims: [], found: true, contradictions: pairs, coverage: coverageOf(state) };
  },
  cited: (result) => (result.contradictions ?? []).flatMap((c) => [c.a, c.b]),
};

/** Statements of two places that speak of the same, the most alike first. */
function pairsOf(state: ResearchState): [number, number][] {
  const items = state.items ?? [];
  const pairs: { pair: [number, number]; alike: number }[] = [];
  for (let a = 0; a < items.length; a++) {
    for (let b = a + 1; b < items.length; b++) {
      const alike = overlap(items[a]!.text, items[b]!.text);
      if (alike >= ALIKE && items[a]!.text !== items[b]!.text && items[a]!.citations[0]?.quote !== items[b]!.citations[0]?.quote) pairs.push({ pair: [a, b], alike });
    }
  }
  return pairs.sort((x, y) => y.alike - x.alike).slice(0, MOST_PAIRS).map((p) => p.pair);
}

function pairTurn(state: ResearchState): TaskTurn {
  const [a, b] = state.pairs![0]!.map((n) => state.items![n]!);
  const quoted = (name: string, of: typeof a): string => `${name}: ${of!.text}\n${of!.citations.map((c) => `- "${c.quote.replace(/\s+/g, ' ')}"`).join('\n')}`;
  return {
    prompt: `${quoted('A', a)}\n\n${quoted('B', b)}\n\nDo A and B contradict each other? As JSON: "kind" is how they differ ("number", "direction" of an effect, "method", "definition"), "scope" where they speak of other people, times or doses, or "none"; "why" is a short reason; "severity" is how much it matters.`,
    items: object({ kind: oneOf([...KINDS]), why: text(8, 240), severity: oneOf(['low', 'medium', 'high']) }),
    min: 1, max: 1, shown: [], after: (s) => ({ ...s, pairs: s.pairs!.slice(1) }),
  };
}
