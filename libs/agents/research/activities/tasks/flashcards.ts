import type { Item, ResearchResult } from '../../contract.js';
import { citing, inventedNumbers, overlap, quotesOf, stringOf, text } from './item-format.js';
import type { Task } from './task.js';
import { behind, coverageOf, nextUnit } from './walk.js';

const PER_UNIT = 3;
/** Questions that share so much ask the same. */
const SAME = 0.8;

/** Cards from everything, each with the sentence that holds its answer; none asks what another does. */
export const flashcards: Task = {
  kind: 'flashcards',
  cites: () => true,
  async turn(ctx, state, scope) {
    const unit = await nextUnit(ctx, state, scope);
    if (!unit) return null;
    return { prompt: 'Make flashcards of the most important facts above, as JSON. "question" asks for one fact; "answer" is short; "sentences" are the names of the sentences above that hold the answer.', items: citing({ question: text(12, 200), answer: text(2, 200) }, unit.shown), min: 0, max: PER_UNIT, shown: unit.shown, after: (s) => behind(s, unit) };
  },
  take(item, citations, state): Item | string {
    const [question, answer] = [stringOf(item, 'question'), stringOf(item, 'answer')];
    if (question === '' || answer === '') return 'A card lacks its question or its answer.';
    if ((state.items ?? []).some((i) => overlap(i.text, question) >= SAME && overlap(i.extra['answer'] ?? '', answer) >= SAME)) return 'A card asks what another one does.';
    const invented = inventedNumbers(answer, quotesOf(citations));
    if (invented.length) return `The number ${invented[0]} of an answer does not stand in the sentence it names.`;
    return { text: question, citations, extra: { answer } };
  },
  // Of one turn's cards none knows of the others.
  settle: (_ctx, state) => ({ ...state, items: (state.items ?? []).filter((item, i, all) => all.findIndex((o) => overlap(o.text, item.text) >= SAME && overlap(o.extra['answer'] ?? '', item.extra['answer'] ?? '') >= SAME) === i) }),
  result(_input, state): ResearchResult {
    const cards = (state.items ?? []).map((i) => ({ question: i.text, answer: i.extra['answer'] ?? '', citations: i.citations }));
    return { answer: `${cards.length} cards.`, claims: [], found: cards.length > 0, cards, coverage: coverageOf(state) };
  },
  cited: (result) => result.cards ?? [],
};
