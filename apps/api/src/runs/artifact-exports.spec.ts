import { describe, expect, it } from '@jest/globals';
import type { ArtifactView } from '#contracts';
import { parseFile } from '#corpus';
import { artifactCsv } from './artifact-csv.js';
import { artifactDocx } from './artifact-docx.js';
import { artifactHtml } from './artifact-html.js';
import { artifactMarkdown } from './artifact-markdown.js';

const artifact = (kind: string, content: unknown): ArtifactView => ({ id: 'a', runId: 'r', step: 3, kind, title: 'Trials <1999> & later', verified: true, createdAt: '2026-01-01T00:00:00Z', content, evidence: [{ claim: 1, passageId: 'p', documentId: 'd', documentName: 'a.pdf', page: 2, quote: 'took 5 mg, "daily"', span: [0, 3], verified: true }] });
const cite = (documentName: string, quote: string, page: number | null = 2) => ({ passageId: 'p', documentId: 'd', documentName, page, section: null, quote });
const comparison = artifact('comparison', {
  answer: '2 documents', claims: [], dimensions: ['dose', 'effect | size'],
  rows: [
    { documentId: 'd', documentName: 'a.pdf', cells: [{ dimension: 'dose', value: '5 mg, daily', citations: [cite('a.pdf', 'took 5 mg, "daily"')] }, { dimension: 'effect | size', value: null, citations: [] }] },
    { documentId: 'e', documentName: '=b()', cells: [{ dimension: 'dose', value: null, citations: [] }, { dimension: 'effect | size', value: '-0.4', citations: [cite('=b()', 'fell by 0.4', null)] }] },
  ],
});
const timeline = artifact('timeline', { answer: '', claims: [], events: [{ date: '1999', precision: 'year', until: '2001', what: 'It began.', citations: [cite('a.pdf', 'began in 1999')], conflictsWith: [1] }, { date: '2000', precision: 'year', until: null, what: 'It began.', citations: [cite('b.pdf', 'began in 2000')], conflictsWith: [0] }] });
const report = artifact('report', { answer: 'x', claims: [], sections: [{ heading: 'Doses', claims: [{ text: 'They took 5 mg.', citations: [] }, { text: 'Daily.', citations: [] }] }, { heading: 'Harms', claims: [] }], bibliography: [{ documentId: 'd', documentName: 'a.pdf', pages: [2, 3] }] });

describe('an artifact as a table', () => {
  it('has a comparison with what each cell rests on', () => {
    expect(artifactCsv(comparison)).toBe(
      'document,dose,dose: source,effect | size,effect | size: source\r\n' +
      'a.pdf,"5 mg, daily","“took 5 mg, ""daily""” (a.pdf, page 2)",not stated,\r\n' +
      "'=b(),not stated,,-0.4,“fell by 0.4” (=b())\r\n",
    );
    expect(artifactMarkdown(comparison)).toContain('| Document | dose | effect \\| size |\n| --- | --- | --- |\n| a.pdf | 5 mg, daily [1] | not stated |\n| =b() | not stated | -0.4 [4] |\n');
  });

  it('has a timeline with its conflicts', () => {
    expect(artifactCsv(timeline).split('\r\n')[1]).toBe('1,1999,2001,It began.,"“began in 1999” (a.pdf, page 2)",2');
    expect(artifactMarkdown(timeline)).toContain('| 1 | 1999 to 2001 | It began. [1] | 2 |');
  });

  it('has the evidence of anything else', () => expect(artifactCsv(report)).toBe('claim,document,page,quotation,verified\r\n1,a.pdf,2,"took 5 mg, ""daily""",yes\r\n'));
});

describe('an artifact to be read', () => {
  it('is a page in which documents’ words are only words', () => {
    const html = artifactHtml(artifact('cited_answer', { answer: '<script>alert(1)</script> & "so"' }));
    expect(html).toContain('<title>Trials &lt;1999&gt; &amp; later</title>');
    expect(html).toContain('<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;so&quot;</p>');
    expect(artifactHtml(comparison)).toContain('<tr><td>a.pdf</td><td>5 mg, daily [1]</td><td>not stated</td></tr>');
  });

  it('has a report’s sections as running text with the numbers of the evidence, then its bibliography', () => {
    const markdown = artifactMarkdown(report);
    expect(markdown).toContain('## Doses\n\nThey took 5 mg. [1] Daily. [2]\n\n## Harms\n\nNothing was found for this section.\n\n## Bibliography\n\n- document name: a.pdf; pages: 2; 3\n');
    expect(markdown).toContain('- [1] “took 5 mg, "daily"” (a.pdf, page 2; verified)');
  });

  it('is a Word document with headings and a table, whatever characters a document had', async () => {
    const bytes = await artifactDocx({ ...comparison, title: 'Doses\u0000 & \ud800more' });
    const { mediaType, pages } = await parseFile('report.docx', bytes, AbortSignal.timeout(10_000));
    expect(mediaType).toContain('wordprocessingml');
    expect(pages[0]!.text).toMatch(/^Doses & more\n/);
    expect(pages[0]!.text).toMatch(/Document\W+dose\W+effect \| size\W+a\.pdf\W+5 mg, daily \[1\]\W+not stated/);
  });
});
