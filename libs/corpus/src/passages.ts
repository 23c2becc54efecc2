import type { ParsedPage } from './parse/parsed.js';
import { sentencesOf } from './sentences.js';

/** `page` counts from 1, 0 where the format has none; `pageStart` is a character offset in the page's text. */
export type PassageDraft = { page: number; pageStart: number; section: string | null; text: string };

/** Aimed at: some 250 to 350 tokens, which an embedding model of 512 still takes whole. */
const LENGTH = 1_200;
/** A last piece shorter than this goes with the one before it. */
const SHORTEST = 200;

/**
 * Cuts pages into passages of about 1,200 characters at the ends of sentences. No passage spans two pages or two
 * sections, and `pageText.slice(pageStart, pageStart + text.length)` is the passage.
 */
export function passagesOf(pages: ParsedPage[]): PassageDraft[] {
  return pages.flatMap((page) => page.sections.flatMap((s) => cut(page.text, s.start, s.end).map(([start, end]) => ({ page: page.page, pageStart: start, section: s.title, text: page.text.slice(start, end) }))));
}

function cut(text: string, from: number, to: number): [number, number][] {
  const spans: [number, number][] = [];
  for (const [start, end] of pieces(text, from, to)) {
    const last = spans.at(-1);
    if (last && end - last[0] <= LENGTH) last[1] = end;
    else spans.push([start, end]);
  }
  const [before, last] = spans.slice(-2);
  if (before && last && last[1] - last[0] < SHORTEST) {
    before[1] = last[1];
    spans.pop();
  }
  return spans;
}

/** Sentences; one that is longer than a passage (a table, a list) is cut at blanks. */
function* pieces(text: string, from: number, to: number): Generator<[number, number]> {
  for (const { start, end } of sentencesOf(text.slice(from, to))) {
    let at = from + start;
    const stop = from + end;
    while (stop - at > LENGTH) {
      const blank = text.lastIndexOf(' ', at + LENGTH);
      const line = text.lastIndexOf('\n', at + LENGTH);
      const next = Math.max(blank, line) > at ? Math.max(blank, line) : at + LENGTH;
      yield [at, next];
      at = next + (/\s/.test(text[next] ?? '') ? 1 : 0);
    }
    if (at < stop) yield [at, stop];
  }
}
