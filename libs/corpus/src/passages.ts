import { type ParsedPage, type Section, TITLE_SEPARATOR } from './parse/parsed.js';
import { sentencesOf } from './sentences.js';

/** `page` counts from 1, 0 where the format has none; `pageStart` is a character offset in the page's text. */
export type PassageDraft = { page: number; pageStart: number; section: string | null; text: string };

/** Aimed at: some 250 to 350 tokens, which an embedding model of 512 still takes whole. */
const LENGTH = 1_200;
/** A passage begins with the last sentence of the one before it, where that is no longer than this. */
const LONGEST_OVERLAP = 320;
/** A last piece shorter than this goes with the one before it. */
const SHORTEST = 200;

/**
 * Cuts pages into passages of about 1,200 characters at the ends of sentences, each of which begins with the
 * last sentence of the one before it: what a pronoun means often stands there. No passage spans two pages; short
 * sections that follow each other share one, under the title that they have in common, their headings between them.
 * `pageText.slice(pageStart, pageStart + text.length)` is the passage.
 */
export function passagesOf(pages: ParsedPage[]): PassageDraft[] {
  return pages.flatMap((page) => joinSections(page.sections).flatMap((s) => cut(page.text, s.start, s.end).map(([start, end]) => ({ page: page.page, pageStart: start, section: s.title, text: page.text.slice(start, end) }))));
}

function joinSections(sections: Section[]): Section[] {
  const joined: Section[] = [];
  for (const section of sections) {
    const last = joined.at(-1);
    if (!last || section.end - last.start > LENGTH) joined.push({ ...section });
    else Object.assign(last, { end: section.end, title: commonTitle(last.title, section.title) });
  }
  return joined;
}

/** Of `A > B` and `A > C` it is `A`. */
function commonTitle(a: string | null, b: string | null): string | null {
  const [one, two] = [a, b].map((title) => title?.split(TITLE_SEPARATOR) ?? []);
  const differs = one!.findIndex((title, i) => title !== two![i]);
  return (differs < 0 ? one! : one!.slice(0, differs)).join(TITLE_SEPARATOR) || null;
}

/** `last` is where the last sentence so far begins. */
type Span = { start: number; end: number; last: number };

function cut(text: string, from: number, to: number): [number, number][] {
  const spans: Span[] = [];
  for (const [start, end] of pieces(text, from, to)) {
    const open = spans.at(-1);
    if (open && end - open.start <= LENGTH) Object.assign(open, { end, last: start });
    else spans.push({ start, end, last: start });
  }
  const [before, last] = spans.slice(-2);
  if (before && last && last.end - last.start < SHORTEST) {
    before.end = last.end;
    spans.pop();
  }
  return spans.map((span, i) => [overlapping(span, spans[i - 1]), span.end]);
}

/** One long sentence alone is not said twice. */
function overlapping(span: Span, before: Span | undefined): number {
  if (!before || before.last === before.start || before.end - before.last > LONGEST_OVERLAP) return span.start;
  return before.last;
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
