import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ArtifactView } from '#contracts';
import { artifactBlocks, type Block } from './artifact-blocks.js';

const SIZES = [20, 15, 13, 12, 11, 11];
const TEXT = 11;
/** Liberation Sans comes with the PDF reader: Latin, Greek and Cyrillic, where PDF's own fonts have Latin only. */
const FONTS = join(dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json')), 'standard_fonts');
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

/** An artifact as a PDF. The library is loaded when the first one is asked for. */
export async function artifactPdf(a: ArtifactView): Promise<Buffer> {
  const { default: PDFDocument } = await import('pdfkit');
  const doc = new PDFDocument({ size: 'A4', margin: 56, info: { Title: a.title, Producer: 'Holdfast', Creator: 'Holdfast' } });
  const pieces: Buffer[] = [];
  doc.on('data', (piece: Buffer) => pieces.push(piece));
  const ended = new Promise<void>((resolve, reject) => doc.on('end', resolve).on('error', reject));
  doc.registerFont('text', join(FONTS, 'LiberationSans-Regular.ttf')).registerFont('strong', join(FONTS, 'LiberationSans-Bold.ttf'));
  for (const block of artifactBlocks(a)) draw(doc, block);
  doc.end();
  await ended;
  return Buffer.concat(pieces);
}

function draw(doc: PDFKit.PDFDocument, b: Block): void {
  const plain = (text: string, font = 'text', size = TEXT): void => void doc.font(font).fontSize(size).text(text.replace(UNPRINTABLE, ' '));
  switch (b.kind) {
    case 'heading': doc.moveDown(0.6); plain(b.text, 'strong', SIZES[b.level - 1]); doc.moveDown(0.2); return;
    case 'paragraph': plain(b.text); doc.moveDown(0.3); return;
    case 'list': b.items.forEach((item) => plain(`• ${item}`)); doc.moveDown(0.3); return;
    case 'table': plain(b.head.join('  |  '), 'strong'); b.rows.forEach((row) => plain(row.join('  |  '))); doc.moveDown(0.3); return;
  }
}
