import type { ArtifactView } from '#contracts';
import { artifactBlocks, type Block } from './artifact-blocks.js';

/** What XML cannot hold, and a page that was recognised or extracted may. */
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const BOLD = { bold: true };

/** An artifact as a Word document. The library is loaded when the first one is asked for. */
export async function artifactDocx(a: ArtifactView): Promise<Buffer> {
  const { Document, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow, TextRun, WidthType } = await import('docx');
  const levels = [HeadingLevel.HEADING_1, HeadingLevel.HEADING_2, HeadingLevel.HEADING_3, HeadingLevel.HEADING_4, HeadingLevel.HEADING_5, HeadingLevel.HEADING_6];
  const plain = (text: string, strong = false) => new Paragraph({ children: [new TextRun({ text: printable(text), ...(strong ? BOLD : {}) })] });
  const row = (cells: string[], header: boolean) => new TableRow({ tableHeader: header, children: cells.map((c) => new TableCell({ children: [plain(c, header)] })) });
  const blocks = (b: Block) => {
    switch (b.kind) {
      case 'heading': return [new Paragraph({ heading: levels[b.level - 1]!, text: printable(b.text) })];
      case 'paragraph': return b.text.split(/\n+/).map((line) => plain(line));
      case 'list': return b.items.map((item) => new Paragraph({ text: printable(item), bullet: { level: 0 } }));
      case 'table': return [new Table({ width: { size: 100, type: WidthType.PERCENTAGE }, rows: [row(b.head, true), ...b.rows.map((r) => row(r, false))] }), plain('')];
    }
  };
  return Packer.toBuffer(new Document({ title: printable(a.title), creator: 'Holdfast', sections: [{ children: artifactBlocks(a).flatMap(blocks) }] }));
}

const printable = (text: string): string => text.replace(UNPRINTABLE, '');
