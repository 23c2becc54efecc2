import { compile, type FormatCallback } from 'html-to-text';
import type { ParsedPage } from './parsed.js';
import { SectionWriter } from './section-writer.js';

/** Marks a heading's line in the converted text; of the private use area, and taken out of the source first. */
const MARK = '\ue000';
const HEADING_LINE = new RegExp(`^${MARK}([1-6])(.*)$`);

const marked: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 2 });
  builder.addInline(`${MARK}${element.name?.slice(1)}`);
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 2 });
};

const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
const SKIPPED = ['img', 'nav', 'script', 'style', 'noscript', 'template', 'svg', 'form'];

const toText = compile({
  wordwrap: false,
  formatters: { marked },
  selectors: [
    ...HEADINGS.map((selector) => ({ selector, format: 'marked' })),
    ...SKIPPED.map((selector) => ({ selector, format: 'skip' })),
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'ul', options: { itemPrefix: '- ' } },
    { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false } },
  ],
  limits: { maxInputLength: 64 << 20 },
});

/** A page's readable text; scripts, styles, navigation and links' addresses are left out. */
export function parseHtml(source: string): ParsedPage[] {
  const writer = new SectionWriter();
  for (const part of toText(source.replaceAll(MARK, '')).split(/\n{2,}/)) {
    const heading = HEADING_LINE.exec(part.replace(/\n/g, ' '));
    if (heading) writer.heading(Number(heading[1]), heading[2]!);
    else writer.block(part);
  }
  return [writer.page()];
}
