import type { NamedPassage } from '../activities/shown.js';
import { MAX_CLAIMS, type ResearchState } from '../contract.js';

export const SYSTEM = 'You answer questions from documents. You say only what the documents say.';

export function searchTurn(question: string, rejection: string | null): string {
  return lines(
    `Question: ${question}`,
    '',
    refused(rejection),
    'Write a search query of a few words that finds the passages with the answer. Answer with JSON: {"action":"search","query":"..."}',
  );
}

export function sentencesTurn(question: string, passages: NamedPassage[], state: ResearchState, maySearch: boolean, rejection: string | null): string {
  return lines(
    ...passages.flatMap((p) => [place(p), ...p.sentences.map((s) => `${s.name}: ${oneLine(s.text)}`), '']),
    `Question: ${question}`,
    '',
    refused(rejection),
    `Answer the question in one to ${MAX_CLAIMS} claims, each a sentence of your own, and name the sentences above that each rests on. Answer with JSON: {"action":"answer","claims":[{"text":"...","sentences":["S1"]}]}`,
    maySearch ? again(state) : null,
  );
}

export function quotesTurn(question: string, passages: NamedPassage[], state: ResearchState, maySearch: boolean, rejection: string | null): string {
  return lines(
    ...passages.flatMap((p) => [place(p), p.text, '']),
    `Question: ${question}`,
    '',
    refused(rejection),
    `Answer the question in one to ${MAX_CLAIMS} claims. For each, name the passage that it rests on and quote from that passage, word for word and without leaving anything out. Answer with JSON: {"action":"answer","claims":[{"text":"...","passage":"P1","quote":"..."}]}`,
    maySearch ? again(state) : null,
  );
}

function again(state: ResearchState): string {
  return `If they do not answer it, search again in other words: {"action":"search","query":"..."}. Searched so far: ${state.searches.map((s) => `"${oneLine(s.query)}"`).join(', ')}.`;
}

function refused(reason: string | null): string | null {
  return reason === null ? null : `Your last answer was refused. ${reason}\n`;
}

function place(p: NamedPassage): string {
  return `[${p.name}] ${[p.documentName, ...(p.page === null ? [] : [`page ${p.page}`]), ...(p.section === null ? [] : [p.section])].join(', ')}`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
const lines = (...all: (string | null)[]): string => all.filter((line) => line !== null).join('\n');
