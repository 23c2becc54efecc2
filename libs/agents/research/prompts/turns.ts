import type { NamedPassage } from '../activities/shown.js';
import { MAX_CLAIMS, type ResearchState } from '../contract.js';

// Fields are described and never shown filled in: a small model copies what stands in an example.
export const SYSTEM = 'You answer questions from documents. You say only what the documents say.';

export function searchTurn(question: string, rejection: string | null): string {
  return lines(
    `Question: ${question}`,
    '',
    refused(rejection),
    'Give a "query" of a few words that finds the passages with the answer. The action is "search".',
  );
}

export function sentencesTurn(question: string, passages: NamedPassage[], state: ResearchState, maySearch: boolean, rejection: string | null): string {
  return lines(
    ...passages.flatMap((p) => [place(p), ...p.sentences.map((s) => `${s.name}: ${oneLine(s.text)}`), '']),
    `Question: ${question}`,
    '',
    refused(rejection),
    `Answer in one to ${MAX_CLAIMS} claims. "text" is a full sentence that answers the question; "sentences" are the names of the sentences above that it rests on. The action is "answer".`,
    maySearch ? again(state) : null,
  );
}

export function quotesTurn(question: string, passages: NamedPassage[], state: ResearchState, maySearch: boolean, rejection: string | null): string {
  return lines(
    ...passages.flatMap((p) => [place(p), p.text, '']),
    `Question: ${question}`,
    '',
    refused(rejection),
    `Answer in one to ${MAX_CLAIMS} claims. "text" is a full sentence that answers the question; "passage" is the name of the passage above that it rests on; "quote" is copied from that passage, word for word and without leaving anything out. The action is "answer".`,
    maySearch ? again(state) : null,
  );
}

function again(state: ResearchState): string {
  return `If they do not answer it, search again in other words: the action is then "search", with a "query". Searched so far: ${state.searches.map((s) => `"${oneLine(s.query)}"`).join(', ')}.`;
}

function refused(reason: string | null): string | null {
  return reason === null ? null : `Your last answer was refused. ${reason}\n`;
}

function place(p: NamedPassage): string {
  return `[${p.name}] ${[p.documentName, ...(p.page === null ? [] : [`page ${p.page}`]), ...(p.section === null ? [] : [p.section])].join(', ')}`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
const lines = (...all: (string | null)[]): string => all.filter((line) => line !== null).join('\n');
