import type { ToolResult } from '#activities';
import type { ResearchResult, ResearchState } from '../contract.js';

const TITLE_LENGTH = 120;

export const titleOf = (question: string): string => (question.length > TITLE_LENGTH ? `${question.slice(0, TITLE_LENGTH - 1)}…` : question);

/** The library does not hold the answer: that is an answer too, and says what was looked for. */
export function notFound(question: string, searches: ResearchState['searches']): ToolResult {
  const searched = searches.map(({ query, added }) => ({ query, added }));
  const result: ResearchResult = { answer: 'Not in your library.', claims: [], found: false, searched };
  return { content: 'The library does not hold the answer.', finish: { result, artifact: { kind: 'cited_answer', title: titleOf(question), content: result, evidence: [], verified: true } } };
}
