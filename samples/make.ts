// Sets the abstracts of abstracts.json as the sample documents: `node samples/make.ts`. Run again, it gives the same bytes.
import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import PDFDocument from 'pdfkit';

type Abstract = { pmid: string; year: string | null; set: 'pdf' | 'md' | 'html' | 'txt'; title: string; sections: { title: string; text: string }[] };

const folder = new URL('./documents/', import.meta.url);
const SOURCE = 'From PubMedQA (MIT licence).';
const COLLECTION = 'Abstracts of clinical studies';

const reference = (a: Abstract): string => `PubMed ${a.pmid}${a.year ? `, ${a.year}` : ''}. ${SOURCE}`;
const slug = (a: Abstract): string => a.title.toLowerCase().replace(/[^a-z0-9]+/g, '-').split('-').slice(0, 6).join('-');
const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** One abstract after the other on A5 pages, each with its number at the foot. */
async function setPdf(abstracts: Abstract[], file: URL): Promise<void> {
  const pdf = new PDFDocument({ size: 'A5', margin: 48, autoFirstPage: false, bufferPages: true, lang: 'en', info: { Title: COLLECTION, CreationDate: new Date('2026-01-01T00:00:00Z') } });
  const out = pdf.pipe(createWriteStream(file));
  for (const a of abstracts) {
    pdf.addPage();
    pdf.font('Helvetica-Bold').fontSize(14).text(a.title).moveDown(0.4);
    pdf.font('Helvetica-Oblique').fontSize(8).text(reference(a)).moveDown(0.6);
    for (const s of a.sections) {
      pdf.font('Helvetica-Bold').fontSize(11).text(s.title).moveDown(0.2);
      pdf.font('Helvetica').fontSize(11).text(s.text, { align: 'justify' }).moveDown(0.6);
    }
  }
  const { start, count } = pdf.bufferedPageRange();
  for (let i = start; i < start + count; i++) {
    pdf.switchToPage(i);
    // Below the margin pdfkit would begin another page.
    pdf.page.margins.bottom = 0;
    pdf.font('Helvetica').fontSize(8).text(String(i + 1), 0, pdf.page.height - 30, { align: 'center', width: pdf.page.width });
  }
  pdf.end();
  await finished(out);
}

function setMarkdown(a: Abstract): string {
  return [`# ${a.title}`, `*${reference(a)}*`, ...a.sections.flatMap((s) => [`## ${s.title}`, s.text])].join('\n\n') + '\n';
}

function setText(a: Abstract): string {
  return [a.title, reference(a), ...a.sections.flatMap((s) => [s.title.toUpperCase(), s.text])].join('\n\n') + '\n';
}

function setHtml(a: Abstract): string {
  const sections = a.sections.map((s) => `    <h2>${escapeHtml(s.title)}</h2>\n    <p>${escapeHtml(s.text)}</p>`).join('\n');
  const title = escapeHtml(a.title);
  return `<!doctype html>\n<html lang="en">\n  <head>\n    <meta charset="utf-8">\n    <title>${title}</title>\n  </head>\n  <body>\n    <h1>${title}</h1>\n    <p><em>${escapeHtml(reference(a))}</em></p>\n${sections}\n  </body>\n</html>\n`;
}

const abstracts = JSON.parse(await readFile(new URL('./abstracts.json', import.meta.url), 'utf8')) as Abstract[];
await setPdf(abstracts.filter((a) => a.set === 'pdf'), new URL('clinical-studies.pdf', folder));
for (const a of abstracts) {
  if (a.set === 'md') await writeFile(new URL(`${slug(a)}.md`, folder), setMarkdown(a));
  if (a.set === 'html') await writeFile(new URL(`${slug(a)}.html`, folder), setHtml(a));
  if (a.set === 'txt') await writeFile(new URL(`${slug(a)}.txt`, folder), setText(a));
}
