/** Rows of a CSV file (RFC 4180) by the names in its first line. */
export function parseCsv(text: string): Record<string, string>[] {
  const [names = [], ...rows] = records(text);
  return rows.filter((r) => r.length === names.length).map((r) => Object.fromEntries(names.map((name, i) => [name, r[i]!])));
}

function records(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.replace(/^\uFEFF/, '').matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
