import type { NamedPassage } from '../activities/shown.js';
import type { ResearchState } from '../contract.js';

// For small models: fields are described and never shown filled in, since what stands in an example is copied, and the
// question stands first, since what stands last is repeated.
export const SYSTEM = 'You answer questions from documents. You say only what the documents say.';

export function searchTurn(question: string, rejection: string | null): string {
  return lines(
    `Question: ${question}`,
    '',
    refused(rejection),
    'Write a search query of a few words that finds the passages with the answer, as JSON with "action", which is "search", and "query".',
  );
}

export function sentencesTurn(question: string, passages: NamedPassage[], state: ResearchState, maySearch: boolean, rejection: string | null): string {
  return lines(
    question,
    '',
    ...passages.flatMap((p) => [...p.sentences.map((s) => `${s.name}: ${oneLine(s.text)}`), '']),
    refused(rejection),
    maySearch ? again(state) : null,
    'Answer as JSON. "text" is the answer in a full sentence; "sentences" are the names of the sentences above that say so.',
  );
}

export function quotesTurn(question: string, passages: NamedPassage[], state: ResearchState, maySearch: boolean, rejection: string | null): string {
  return lines(
    question,
    '',
    ...passages.flatMap((p) => [place(p), p.text, '']),
    refused(rejection),
    maySearch ? again(state) : null,
    'Answer as JSON. "text" is the answer in a full sentence; "passage" is the name of the passage above that says so; "quote" is where it says so, copied word for word with nothing left out.',
  );
}

/** Queries are only told once there are two: the first is the question in other words, and a bad one misleads. */
function again(state: ResearchState): string {
  const tried = state.searches.length < 2 ? '' : ` than ${state.searches.map((s) => `"${oneLine(s.query)}"`).join(' and ')}`;
  return `Only where nothing above says anything about it, search again: "action" is "search", and "query" is a query in other words${tried}.`;
}

function refused(reason: string | null): string | null {
  return reason === null ? null : `Your last answer was refused. ${reason}\n`;
}

function place(p: NamedPassage): string {
  return `[${p.name}] ${[p.documentName, ...(p.page === null ? [] : [`page ${p.page}`]), ...(p.section === null ? [] : [p.section])].join(', ')}`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
const lines = (...all: (string | null)[]): string => all.filter((line) => line !== null).join('\n');
