import { type ParsedPage, type Section, TITLE_SEPARATOR } from './parsed.js';

/**
 * Puts together the text of a format with headings. A section's title is the path of headings above it
 * (`Methods > Patients`); the headings stand in the text, between the sections.
 */
export class SectionWriter {
  private text = '';
  private readonly sections: Section[] = [];
  private path: { level: number; title: string }[] = [];

  heading(level: number, title: string): void {
    const clean = title.replace(/\s+/g, ' ').trim();
    if (clean === '') return;
    this.path = [...this.path.filter((h) => h.level < level), { level, title: clean }];
    this.append(clean);
  }

  block(block: string): void {
    const clean = block.replace(/[ \t]+$/gm, '').replace(/\n{3,}/g, '\n\n').replace(/^\n+|\s+$/g, '');
    if (clean === '') return;
    const start = this.append(clean);
    const title = this.path.map((h) => h.title).join(TITLE_SEPARATOR) || null;
    const last = this.sections.at(-1);
    // The blank line between two blocks of one section belongs to it.
    if (last && last.title === title && last.end + 2 === start) last.end = this.text.length;
    else this.sections.push({ title, start, end: this.text.length });
  }

  /** All of it as the one page of a format without pages. A text of headings alone is one section. */
  page(): ParsedPage {
    return { page: 0, text: this.text, sections: this.sections.length ? this.sections : [{ title: null, start: 0, end: this.text.length }] };
  }

  private append(block: string): number {
    if (this.text !== '') this.text += '\n\n';
    const start = this.text.length;
    this.text += block;
    return start;
  }
}
