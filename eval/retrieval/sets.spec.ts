import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { readSets } from './sets.js';

describe('readSets', () => {
  let folder = '';
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function withFiles(files: Record<string, unknown>): Promise<string> {
    folder = await mkdtemp(join(tmpdir(), 'sets-'));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return folder;
  }

  it('tells each set by the form of its files, whatever they are called', async () => {
    const paragraph = 'The seed lexicon has positive and negative predicates, and each event is scored by the predicate it ends with.';
    const data = await withFiles({
      'pubmedqa/some/other.json': [{ not: 'a record' }],
      'pubmedqa/x/records.json': { 11: { QUESTION: 'Does it?', CONTEXTS: ['It was seen.', 'It does.'] } },
      'scifact-scholarqa/a/claims.jsonl': [{ input: 'A claim', gold_ctx: [{ text: 'abstract' }] }, { input: 'B claim', gold_ctx: [{ text: 'abstract' }] }].map((l) => JSON.stringify(l)).join('\n'),
      'qasper-qa/papers.json': [{ title: 'A paper', qas: [{ question: 'What is it?', evidence: [paragraph, 'short'] }, { question: 'Which?', evidence: [] }] }],
    });
    expect(await readSets(data)).toEqual([
      { name: 'pubmedqa', documents: [{ name: '11', text: 'It was seen.\n\nIt does.' }], questions: [{ text: 'Does it?', document: 0 }] },
      { name: 'scifact', documents: [{ name: 'abstract 0', text: 'abstract' }], questions: [{ text: 'A claim', document: 0 }, { text: 'B claim', document: 0 }] },
      { name: 'qasper', documents: [{ name: 'paragraph 0', text: paragraph }], questions: [{ text: 'A paper: What is it?', document: 0 }] },
    ]);
  });

  it('takes the sample corpus where there is nothing else', async () => {
    const [set] = await readSets(await withFiles({ 'pubmedqa/notes.txt': 'nothing' }));
    expect(set).toMatchObject({ name: 'samples' });
    expect(set!.documents).toHaveLength(12);
  });
});
