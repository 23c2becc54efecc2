import { createCanvas } from '@napi-rs/canvas';
import PDFDocument from 'pdfkit';

/** A picture of lines of text, black on white, turned by quarters; as PNG. */
export function pictureOf(lines: string[], quarters = 0): Buffer {
  const [width, height] = [1_200, 100 + 60 * lines.length];
  const canvas = quarters % 2 ? createCanvas(height, width) : createCanvas(width, height);
  const pen = canvas.getContext('2d');
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate((quarters * Math.PI) / 2);
  pen.fillStyle = 'black';
  pen.font = '36px sans-serif';
  lines.forEach((line, i) => pen.fillText(line, 60 - width / 2, 80 + 60 * i - height / 2));
  return canvas.toBuffer('image/png');
}

/** A PDF with a page for each text, or a picture of it. */
export function pdfOf(pages: (string | Buffer)[], attachment?: { name: string; text: string }): Promise<Buffer> {
  const document = new PDFDocument({ autoFirstPage: false });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve) => document.on('end', () => resolve(Buffer.concat(chunks))));
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  if (attachment) document.file(Buffer.from(attachment.text), { name: attachment.name });
  for (const page of pages) {
    document.addPage();
    if (typeof page === 'string') document.text(page);
    else document.image(page, 36, 36, { fit: [540, 720] });
  }
  document.end();
  return done;
}
