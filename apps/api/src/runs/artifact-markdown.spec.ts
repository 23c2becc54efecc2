import { describe, expect, it } from '@jest/globals';
import type { ArtifactView } from '#contracts';
import { artifactMarkdown } from './artifact-markdown.js';

const artifact: ArtifactView = {
  id: 'a',
  runId: 'r',
  step: 3,
  kind: 'answer',
  title: 'Does it help?',
  verified: true,
  createdAt: '2026-01-01T00:00:00Z',
  content: { answer: 'It does.', claims: [{ text: 'It helps\nmost.', citations: [{ passageId: 'p', documentName: 'trial.pdf', page: 2, quote: 'helped most' }], from: [0, 1] }], note: '' },
  evidence: [{ claim: 1, passageId: 'p', documentId: 'd', documentName: 'trial.pdf', page: 2, quote: 'helped  most', span: [0, 11], verified: true }],
};

describe('artifactMarkdown', () => {
  it('writes content, evidence and whether it was verified', () => {
    expect(artifactMarkdown(artifact)).toBe(
      '# Does it help?\n\n## Answer\n\nIt does.\n\n## Claims\n\n- It helps most.; citations: “helped most” (trial.pdf, page 2); from: 0; 1\n\n## Evidence\n\n- [1] “helped most” (trial.pdf, page 2; verified)\n\nEvery quotation was found on the page it names.\n',
    );
  });

  it('says so where nothing was verified', () => {
    expect(artifactMarkdown({ ...artifact, verified: false, content: 'plain', evidence: [] })).toBe('# Does it help?\n\nplain\n\nThe evidence has not been verified.\n');
  });
});
