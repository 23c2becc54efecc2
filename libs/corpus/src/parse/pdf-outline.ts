import type { PDFDocumentProxy } from 'pdfjs-dist/types/src/display/api.js';
import { cleanText, type Section, TITLE_SEPARATOR } from './parsed.js';

/** A heading that the PDF's outline names: `path` with those above it; `page` is the one that it leads to, from 1. */
export type Heading = { page: number; title: string; path: string };
type OutlineItem = Awaited<ReturnType<PDFDocumentProxy['getOutline']>>[number];

/** More entries than this are an index. */
const MOST = 2_000;
const DEEPEST = 6;

/** A PDF's outline (its bookmarks), in the order of its pages; none where it has none or a broken one. */
export async function outlineOf(document: PDFDocumentProxy): Promise<Heading[]> {
  const headings: Heading[] = [];
  const outline: OutlineItem[] | null = await document.getOutline().catch(() => null);
  await walk(document, outline ?? [], [], { headings, left: MOST });
  return headings.sort((a, b) => a.page - b.page);
}

async function walk(document: PDFDocumentProxy, items: OutlineItem[], above: string[], found: { headings: Heading[]; left: number }): Promise<void> {
  for (const item of items) {
    if (found.left-- <= 0) return;
    const title = cleanText(item.title).replace(/\s+/g, ' ').trim();
    const path = title === '' ? above : [...above, title];
    const page = title === '' ? null : await pageOf(document, item.dest);
    if (page !== null) found.headings.push({ page, title, path: path.join(TITLE_SEPARATOR) });
    if (path.length < DEEPEST) await walk(document, item.items as OutlineItem[], path, found);
  }
}

/** Null where it leads nowhere in this file. */
async function pageOf(document: PDFDocumentProxy, dest: OutlineItem['dest']): Promise<number | null> {
  try {
    const target: unknown = (typeof dest === 'string' ? await document.getDestination(dest) : dest)?.[0];
    if (typeof target === 'number') return target + 1;
    return target ? (await document.getPageIndex(target as Parameters<PDFDocumentProxy['getPageIndex']>[0])) + 1 : null;
  } catch {
    return null;
  }
}

/**
 * The sections of a page. It begins under the last heading of the pages before it; a heading of its own begins a
 * section where it stands as a line of its own, with or without its number. One that does not stand there begins none,
 * and holds from the next page on.
 */
export function sectionsOf(page: number, text: string, headings: Heading[]): Section[] {
  let title = headings.findLast((h) => h.page < page)?.path ?? null;
  let from = 0;
  const sections: Section[] = [];
  const close = (end: number): void => {
    if (text.slice(from, end).trim() !== '') sections.push({ title, start: from, end });
  };
  for (const heading of headings.filter((h) => h.page === page)) {
    const found = placeOf(heading.title, text, from);
    if (!found) continue;
    close(found.start);
    ({ path: title } = heading);
    from = found.end;
  }
  close(text.length);
  return sections.length ? sections : [{ title, start: 0, end: text.length }];
}

/** A number, letter or Roman number before a heading, as most styles have it. */
const NUMBER = '(?:(?:\\d+|[A-Z]|[IVXLC]+)(?:\\.\\d+)*\\.?\\s+)?';

function placeOf(title: string, text: string, from: number): { start: number; end: number } | null {
  const words = title.replace(new RegExp(`^${NUMBER}`), '').split(' ').map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const line = new RegExp(`(?:^|\\n\\n)(${NUMBER}${words.join('\\s+')})[.:]?\\s*(?=\\n\\n|$)`, 'gi');
  line.lastIndex = Math.max(0, from - 2);
  const found = line.exec(text);
  if (!found) return null;
  const start = found.index + found[0].indexOf(found[1]!);
  const end = found.index + found[0].length;
  return { start, end: end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0) };
}
