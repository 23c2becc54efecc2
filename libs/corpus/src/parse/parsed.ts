import type { ErrorCode } from '#contracts';

/** Between the headings that a section stands under, outermost first. */
export const TITLE_SEPARATOR = ' > ';

/** A stretch of a page under one title, as character offsets [start, end) of the page's text. */
export type Section = { title: string | null; start: number; end: number };

/** `page` counts from 1; 0 is the one page of a format without pages. The sections are in order; headings stand between them. */
export type ParsedPage = { page: number; text: string; sections: Section[]; /** Where its text was recognised in a picture. */ regions?: PageRegion[]; /** Parts of the page that hold pictures for a model to read. */ pictures?: PageRegion['box'][] };

/** Characters [start, end) of a page's text stand in this part of its picture: left, top, width and height in [0,1]. */
export type PageRegion = { start: number; end: number; box: [number, number, number, number] };

/** A file within a file: an archive's entry, a PDF's attachment. `refused` where it is not to be read, and why. */
export type InnerFile = { name: string; bytes: Buffer } | { name: string; refused: { code: ErrorCode; detail: string } };

export type Parsed = { mediaType: string; pages: ParsedPage[]; inner?: InnerFile[] };

/** A page without sections of its own. */
export function plainPage(page: number, text: string): ParsedPage {
  return { page, text, sections: [{ title: null, start: 0, end: text.length }] };
}

/** Evens out line ends and drops what Postgres cannot hold and nobody can see. */
export function cleanText(text: string): string {
  return text
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ')
    // Half a surrogate pair is no character.
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}
