import type { Item, ResearchState } from '../../contract.js';

/** With so few statements there is nothing to sum up further. */
const FEW = 4;
/** Statements that one turn can weigh. */
const MOST_WEIGHED = 40;
/** What a turn makes of a document's notes, and of those of several, at most. */
const OF_A_DOCUMENT = 3;
const OF_SEVERAL = 6;

/** Statements that the next turn weighs, by their numbers among the items; `last` where the summary itself is made of them. */
export type Reduction = { weighed: number[]; most: number; last: boolean };

/**
 * What is to be weighed next. Where one turn cannot take all notes, each document's are summed up first, then groups of
 * what is left, until one turn can: a turn each, so that what was done is in the checkpoint. What an item has been summed
 * up in is marked on the item (`within`), so that a step that is made again finds the same.
 */
export function nextReduction(state: ResearchState): Reduction | null {
  const left = frontier(state);
  if (left.length <= FEW) return null;
  if (left.length <= MOST_WEIGHED) return { weighed: left, most: OF_SEVERAL, last: true };
  const ofOne = notesOfLongDocument(state.items!, left);
  return ofOne ? { weighed: ofOne.slice(0, MOST_WEIGHED), most: OF_A_DOCUMENT, last: false } : { weighed: left.slice(0, MOST_WEIGHED), most: OF_SEVERAL, last: false };
}

/** Notes, and what was made of notes, that were not summed up in something else. */
export function frontier({ items = [] }: ResearchState): number[] {
  return items.flatMap((item, i) => (item.extra['within'] || item.extra['whole'] ? [] : [i]));
}

/** The state behind a turn that weighed: what came of it are the items from number `before` on. */
export function weighedOff(state: ResearchState, { weighed, most, last }: Reduction, before: number): ResearchState {
  if (last) return { ...state, outline: [] };
  const items = state.items ?? [];
  const turn = new Set(weighed);
  // Where nothing came of it, the first few stand for all of them.
  const stay = new Set(items.length > before ? [] : weighed.slice(0, most));
  return { ...state, items: items.map((item, i) => (turn.has(i) ? { ...item, extra: { ...item.extra, [stay.has(i) ? 'weighed' : 'within']: 'yes' } } : item)) };
}

/** What is left of a summary's items where some are left out: what was made of notes is then made anew. */
export function leftOf(items: Item[], isIn: (item: Item) => boolean): Item[] {
  const kept = items.filter(isIn);
  if (kept.length === items.length) return items;
  return kept.filter((i) => !i.extra['made']).map(({ extra: { within: _, weighed: __, ...extra }, ...item }) => ({ ...item, extra }));
}

/** Of the first document with more notes than a few, those that nothing was made of. */
function notesOfLongDocument(items: Item[], left: number[]): number[] | null {
  const byDocument = new Map<string, number[]>();
  for (const n of left) {
    const { extra, citations } = items[n]!;
    const documentId = citations[0]?.documentId;
    if (extra['made'] || extra['weighed'] || documentId === undefined) continue;
    byDocument.set(documentId, [...(byDocument.get(documentId) ?? []), n]);
  }
  return [...byDocument.values()].find((of) => of.length > FEW) ?? null;
}
