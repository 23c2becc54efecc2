import { writeZip } from '../zip/write-zip.js';

/** Small Office and EPUB files, made by hand for specs. */
const RELS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const relations = (...all: [string, string, string][]): string => `<Relationships>${all.map(([id, type, target]) => `<Relationship Id="${id}" Type="${RELS}/${type}" Target="${target}"/>`).join('')}</Relationships>`;
const TYPES = { name: '[Content_Types].xml', body: '<Types/>' };

export function docx(paragraphs: { text: string; style?: string }[]): Buffer {
  const body = paragraphs.map((p) => `<w:p>${p.style ? `<w:pPr><w:pStyle w:val="${p.style}"/></w:pPr>` : ''}<w:r><w:t>${p.text}</w:t></w:r><w:del><w:r><w:t>deleted</w:t></w:r></w:del></w:p>`).join('');
  const table = '<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Dose</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>500 mg</w:t></w:r></w:p></w:tc></w:tr></w:tbl>';
  return writeZip([
    TYPES,
    { name: '_rels/.rels', body: relations(['r1', 'officeDocument', 'word/document.xml']) },
    { name: 'word/document.xml', body: `<w:document><w:body>${body}${table}</w:body></w:document>` },
    { name: 'word/_rels/document.xml.rels', body: relations(['r1', 'styles', 'styles.xml']) },
    { name: 'word/styles.xml', body: '<w:styles><w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style></w:styles>' },
  ]);
}

export function pptx(slides: { title: string; text: string }[]): Buffer {
  const shape = (text: string, type?: string): string => `<p:sp><p:nvSpPr><p:nvPr>${type ? `<p:ph type="${type}"/>` : ''}</p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp>`;
  return writeZip([
    TYPES,
    { name: '_rels/.rels', body: relations(['r1', 'officeDocument', 'ppt/presentation.xml']) },
    // The show's order is the list's, not the files'.
    { name: 'ppt/presentation.xml', body: `<p:presentation><p:sldIdLst>${slides.map((_, i) => `<p:sldId r:id="r${slides.length - i}"/>`).join('')}</p:sldIdLst></p:presentation>` },
    { name: 'ppt/_rels/presentation.xml.rels', body: relations(...slides.map((_, i): [string, string, string] => [`r${i + 1}`, 'slide', `slides/slide${i + 1}.xml`])) },
    ...slides.map((s, i) => ({ name: `ppt/slides/slide${slides.length - i}.xml`, body: `<p:sld>${shape(s.text)}${shape(s.title, 'title')}</p:sld>` })),
  ]);
}

export function xlsx(sheet: string, rows: (string | number)[][]): Buffer {
  const cell = (v: string | number): string => (typeof v === 'number' ? `<c s="1"><v>${v}</v></c>` : `<c t="inlineStr"><is><t>${v}</t></is></c>`);
  return writeZip([
    TYPES,
    { name: '_rels/.rels', body: relations(['r1', 'officeDocument', 'xl/workbook.xml']) },
    { name: 'xl/workbook.xml', body: `<workbook><sheets><sheet name="${sheet}" r:id="r1"/></sheets></workbook>` },
    { name: 'xl/_rels/workbook.xml.rels', body: relations(['r1', 'worksheet', 'worksheets/sheet1.xml'], ['r2', 'styles', 'styles.xml']) },
    { name: 'xl/styles.xml', body: '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>' },
    { name: 'xl/worksheets/sheet1.xml', body: `<worksheet><sheetData>${rows.map((r) => `<row>${r.map(cell).join('')}</row>`).join('')}</sheetData></worksheet>` },
  ]);
}

export function epub(chapters: string[], name = (i: number): { file: string; href: string } => ({ file: `c ${i}.xhtml`, href: `c%20${i}.xhtml` })): Buffer {
  return writeZip([
    { name: 'mimetype', body: 'application/epub+zip' },
    { name: 'META-INF/container.xml', body: '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>' },
    { name: 'OEBPS/book.opf', body: `<package><manifest>${chapters.map((_, i) => `<item id="c${i}" href="text/${name(i).href}"/>`).join('')}</manifest><spine>${chapters.map((_, i) => `<itemref idref="c${i}"/>`).join('')}</spine></package>` },
    ...chapters.map((text, i) => ({ name: `OEBPS/text/${name(i).file}`, body: `<html><body><h1>Chapter ${i + 1}</h1><p>${text}</p></body></html>` })),
  ]);
}
