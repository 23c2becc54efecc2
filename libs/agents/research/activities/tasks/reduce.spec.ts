import { describe, expect, it } from '@jest/globals';
import type { Item, ResearchState } from '../../contract.js';
import { frontier, leftOf, nextReduction, type Reduction, weighedOff } from './reduce.js';

const item = (document: string, text: string, extra: Record<string, string> = {}): Item => ({ text, extra, citations: [{ passageId: 'p', documentId: document, documentName: document, page: 1, section: null, quote: text }] });
const notes = (...perDocument: number[]): ResearchState => ({ searches: [], passages: [], items: perDocument.flatMap((n, d) => Array.from({ length: n }, (_, i) => item(`d${d}`, `note ${i}`))) });
const documentsOf = (state: ResearchState, { weighed }: Reduction): string[] => [...new Set(weighed.map((n) => state.items![n]!.citations[0]!.documentId))];
/** Behind a turn that made as many statements of what it weighed as it may. */
function weigh(state: ResearchState, r: Reduction, count = r.most): ResearchState {
  const made = Array.from({ length: count }, () => item(documentsOf(state, r)[0]!, 'sum', r.last ? { whole: 'yes' } : { made: 'yes' }));
  return weighedOff({ ...state, items: [...state.items!, ...made] }, r, state.items!.length);
}

describe('summing up', () => {
  it('takes one turn where one turn can weigh all, and none where there is little', () => {
    expect(nextReduction(notes(4))).toBeNull();
    expect(nextReduction(notes(3, 2))).toMatchObject({ weighed: [0, 1, 2, 3, 4], last: true });
  });

  it('goes document by document where there are more, then over what is left', () => {
    let state = notes(50, 2, 30);
    const turns: string[] = [];
    for (let r = nextReduction(state); r && state.outline === undefined; r = nextReduction(state)) {
      turns.push(`${documentsOf(state, r).join(' ')}: ${r.weighed.length}${r.last ? ' last' : ''}`);
      state = weigh(state, r);
    }
    expect(turns).toEqual(['d0: 40', 'd0: 10', 'd1 d2 d0: 38 last']);
  });

  it('comes to an end with any library, and leaves no note out', () => {
    let state = notes(...Array.from({ length: 400 }, (_, i) => i % 9));
    let turns = 0;
    for (let r = nextReduction(state); r && state.outline === undefined; r = nextReduction(state), turns++) state = weigh(state, r);
    expect(turns).toBeLessThan(300);
    expect(frontier(state).length).toBeLessThanOrEqual(40);
    expect(state.items!.filter((i) => !i.extra['made'] && !i.extra['whole'] && !i.extra['within']).length).toBeLessThanOrEqual(40);
  });

  it('lets the first notes stand where a turn makes nothing of them, and does not weigh them for ever', () => {
    let state = notes(60);
    for (let r = nextReduction(state), n = 0; r && state.outline === undefined; r = nextReduction(state)) {
      state = weigh(state, r, 0);
      expect(n++).toBeLessThan(5);
    }
    expect(frontier(state).map((n) => state.items![n]!.text)).toEqual(expect.arrayContaining(['note 0', 'note 1', 'note 2']));
  });

  it('is made anew where notes are left out', () => {
    let state = notes(50, 50);
    state = weigh(state, nextReduction(state)!);
    const left = leftOf(state.items!, (i) => i.citations[0]!.documentId === 'd1');
    expect(left).toHaveLength(50);
    expect(left.every((i) => Object.keys(i.extra).length === 0)).toBe(true);
    expect(leftOf(state.items!, () => true)).toBe(state.items);
  });
});
