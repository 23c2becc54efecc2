/**
 * A PDF of one line of a right-to-left script as programs write it: glyphs in the order in which they stand on the page,
 * from the left, under codes that only the font's table of characters explains.
 */
export function rightToLeftPdf(line: string): Buffer {
  const characters = [...new Set(line)];
  const codeOf = (c: string): string => (0x21 + characters.indexOf(c)).toString(16).padStart(2, '0');
  const hex = (c: string): string => c.charCodeAt(0).toString(16).padStart(4, '0');
  const shown = [...line].reverse().map(codeOf).join('');
  const table = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def 1 begincodespacerange <00> <ff> endcodespacerange ${characters.length} beginbfchar ${characters.map((c) => `<${codeOf(c)}> <${hex(c)}>`).join(' ')} endbfchar endcmap end end`;
  const stream = (content: string): string => `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 200] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>',
    stream(`BT /F 18 Tf 40 100 Td <${shown}> Tj ET`),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>',
    stream(table),
  ];
  let body = '%PDF-1.7\n';
  const offsets = objects.map((object, i) => {
    const at = body.length;
    body += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  return Buffer.from(`${body}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`, 'latin1');
}
