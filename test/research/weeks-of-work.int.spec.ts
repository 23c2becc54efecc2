import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { research } from '#agents/research/activities/index';
import { researchResultSchema, type ResearchState } from '#agents/research/contract';
import { type CardView, type CheckpointView, LOCAL_TENANT, type RunView } from '#contracts';
import type { ScriptedAnswer, ScriptedRequest } from '#models/scripted';
import { withTx } from '#store';
import { ApiStack } from '#test/harness/api-stack';
import { accepts, Library, promptOf, says, sentenceWith } from '#test/harness/library';
import { until } from '#test/harness/until';
import { pdfOf } from '../../libs/corpus/src/testing/pictures.js';

const YEARS = [2018, 2019, 2021, 2022];
const text = (year: number): string => `The trial of ${year} had ${year - 2_000} patients. Vitamin C lowered the pain of ${year - 2_000} patients in ${year}.`;
const note = (...items: unknown[]): ScriptedAnswer => says({ action: 'note', items });
const claimOf = (request: ScriptedRequest, words: string): { text: string; sentences: string[] } => ({ text: `It lowered the pain, says the ${words}.`, sentences: [sentenceWith(request, words)!] });

/** What somebody does with a library over weeks, over the REST API alone. */
describe('a library that is worked with', () => {
  let stack: ApiStack;
  let folder: string;
  let library: Library;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-weeks-'));
    stack = await ApiStack.start({ agents: new Map([[research.contract.name, research]]) }, { HOLDFAST_INGEST_DIRS: folder, HOLDFAST_EMBED_MODEL: 'scripted-embed' });
    library = await Library.make(stack);
    // One after the other: documents are read in the order in which they came.
    for (const year of YEARS) {
      await library.ingest({ uploads: [{ name: `${year}.txt`, bytes: text(year) }] });
      await library.describe(`${year}.txt`, { dated: `${year}-06-01`, tags: [year > 2_020 ? 'late' : 'early'] });
    }
  }, 120_000);
  afterAll(async () => {
    await stack.stop();
    rmSync(folder, { recursive: true });
  }, 60_000);

  it('shows how far it is and what it has found, and is steered while it runs', async () => {
    const prompts: string[] = [];
    const seen: { run: RunView; state: ResearchState }[] = [];
    let id = '';
    stack.loop.script = async (request) => {
      prompts.push(promptOf(request));
      const year = /The trial of (\d+)/.exec(promptOf(request))?.[1];
      if (prompts.length === 1) await stack.post(`/runs/${id}/messages`, { text: 'Please look only at papers after 2020.' });
      if (prompts.length === 2) {
        const { body: run } = await stack.get<RunView>(`/runs/${id}`);
        const { body } = await stack.get<CheckpointView>(`/runs/${id}/checkpoints/${run.head.checkpoint}?include=content`);
        seen.push({ run, state: body.state as ResearchState });
      }
      return year ? note(claimOf(request, `Vitamin C lowered the pain of \\d+ patients in ${year}`)) : note();
    };
    id = await library.ask({ question: 'Summarise the trials', task: 'summary' });
    const run = await library.runEnded(id);
    expect(run).toMatchObject({ status: 'completed' });
    // While it ran: the first document had been read, and what was found in it could be seen.
    expect(seen[0]!.run.status).toBe('running');
    expect(seen[0]!.state).toMatchObject({ progress: { documents: 4, documentsRead: 1, passages: 4, passagesRead: 1 }, items: [{ citations: [{ documentName: '2018.txt' }] }] });
    // After the message: 2019 was not read, 2018 is no part of it any more, and both say why.
    expect(prompts.map((p) => /The trial of (\d+)/.exec(p)?.[1])).toEqual(['2018', '2021', '2022']);
    const result = researchResultSchema.parse(run.result);
    expect(result.claims.flatMap((c) => c.citations.map((cite) => cite.documentName))).toEqual(['2021.txt', '2022.txt']);
    expect(Object.fromEntries(result.coverage!.map((c) => [c.documentName, [c.used, c.why]]))).toEqual({
      '2018.txt': [false, expect.stringContaining('left out')], '2019.txt': [false, expect.stringContaining('left out')], '2021.txt': [true, null], '2022.txt': [true, null],
    });
  }, 60_000);

  it('leaves what it has come to where it reaches a limit', async () => {
    stack.loop.script = (request) => note(claimOf(request, 'Vitamin C lowered'));
    const { body } = await stack.post<{ id: string }>('/runs', { agent: 'research', corpusId: library.id, input: { question: 'Summarise the trials', task: 'summary' }, limits: { maxSteps: 2 } });
    const run = await library.runEnded(body.id);
    expect(run).toMatchObject({ status: 'limit_reached', result: null, partialResult: { progress: { documentsRead: 2, documents: 4 }, claims: [{ citations: [{ documentName: '2018.txt' }] }, { citations: [{ documentName: '2019.txt' }] }] } });
  }, 60_000);

  it('drops from an answer what a person leaves out before it is taken', async () => {
    let asked = 0;
    let id = '';
    const shown: string[] = [];
    stack.loop.script = async (request) => {
      const judged = accepts(request);
      if (judged) return judged;
      if (!promptOf(request).includes('S1: ')) return says({ action: 'search', query: 'vitamin C pain' });
      shown.push(promptOf(request));
      if (++asked === 1) await stack.post(`/runs/${id}/messages`, { text: 'Only papers after 2021, please.' });
      return says({ action: 'answer', claims: [{ text: 'It lowered the pain of the patients.', sentences: [(sentenceWith(request, 'Vitamin C lowered the pain of 18') ?? sentenceWith(request, 'Vitamin C lowered'))!] }] });
    };
    id = await library.ask({ question: 'Did vitamin C lower the pain?' });
    const run = await library.runEnded(id);
    expect(run.status).toBe('completed');
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.at(-1)).not.toMatch(/in 20(18|19|21)/);
    expect(researchResultSchema.parse(run.result).claims.flatMap((c) => c.citations.map((cite) => cite.documentName))).toEqual(['2022.txt']);
  }, 60_000);

  it('keeps a scope through follow-ups, with what was said to the runs before', async () => {
    const answering = (shown: string[]) => (request: ScriptedRequest): ScriptedAnswer => {
      const judged = accepts(request);
      if (judged) return judged;
      if (!promptOf(request).includes('S1: ')) return says({ action: 'search', query: 'pain patients' });
      shown.push(promptOf(request));
      return says({ action: 'answer', claims: [{ text: 'It lowered the pain of the patients.', sentences: ['S2'] }] });
    };
    const shown: string[] = [];
    let first = '';
    const answer = answering(shown);
    stack.loop.script = async (request) => {
      if (promptOf(request).startsWith('Question: ') && !promptOf(request).includes('Asked before')) await until('the message to be taken', async () => first && (await stack.post(`/runs/${first}/messages`, { text: 'Only those before 2022.' })).status === 202);
      return answer(request);
    };
    first = await library.ask({ question: 'Did vitamin C lower the pain?', scope: { tags: ['late'] } });
    expect((await library.runEnded(first)).status).toBe('completed');
    const second = await library.ask({ question: 'And of how many patients?', followUpOf: first });
    expect((await library.runEnded(second)).status).toBe('completed');
    shown.length = 0;
    const third = await library.ask({ question: 'In which year was that?', followUpOf: second });
    expect((await library.runEnded(third)).status).toBe('completed');
    expect(shown[0]).toContain('Asked before: And of how many patients?');
    expect(new Set(shown[0]!.match(/in 20\d\d/g))).toEqual(new Set(['in 2021']));
  }, 60_000);

  it('goes on where a worker stopped in the middle of a folder: no file twice, and none lost', async () => {
    const other = await Library.make(stack);
    const inside = join(folder, 'many');
    mkdirSync(inside);
    for (let i = 0; i < 6; i++) writeFileSync(join(inside, `${i}.txt`), `Text of file${i}.`);
    writeFileSync(join(inside, 'long.pdf'), await pdfOf(Array.from({ length: 150 }, (_, i) => `Page ${i + 1} tells of patient number${i + 1}.`)));
    const id = await other.begin({ path: inside });
    await until('some pages to be read', async () => (await other.ingestion(id)).files.some((f) => f.state === 'pending' && f.pagesRead > 0) || (await other.ingestion(id)).status === 'completed', 30_000, 5);
    await stack.loop.stopWorkers();
    const stopped = await other.ingestion(id);
    await stack.loop.startWorkers();
    const done = await other.ended(id);
    expect(stopped.files.map((f) => f.name)).toEqual(done.files.map((f) => f.name));
    expect(done).toMatchObject({ status: 'completed', total: 7, done: 7, failed: 0 });
    expect((await other.documents()).map((d) => [d.name, d.pages]).sort()).toEqual([...Array.from({ length: 6 }, (_, i) => [`${i}.txt`, 1]), ['long.pdf', 150]]);
    const [hit] = (await other.search('number33', '&neighbours=1&limit=1')).hits;
    expect([hit!.before, hit!.after]).toEqual([[expect.stringContaining('number32')], [expect.stringContaining('number34')]]);
    for (const n of [1, 33, 150]) expect((await other.search(`number${n}`)).hits[0]).toMatchObject({ page: n });
    rmSync(inside, { recursive: true });
  }, 90_000);

  it('sums up a folder step by step, also what was noted, and goes on where a worker stopped between two of them', async () => {
    const other = await Library.make(stack);
    const shelf = join(folder, 'shelf');
    for (const name of ['trials', 'letters']) mkdirSync(join(shelf, name), { recursive: true });
    for (let i = 0; i < 15; i++) writeFileSync(join(shelf, 'trials', `${i}.txt`), `Trial${i} lowered the pain of all its patients. Trial${i} also lowered their fever by a lot. Trial${i} was done in a large hospital.`);
    writeFileSync(join(shelf, 'letters', 'one.txt'), 'A letter that speaks of nothing of the kind, and at length.');
    await other.ingest({ path: shelf });
    rmSync(shelf, { recursive: true });
    const turns: string[] = [];
    let stopped = Promise.resolve();
    stack.loop.script = (request) => {
      const prompt = promptOf(request);
      const sums = prompt.includes('Sum the notes up');
      turns.push(sums ? `sums up ${prompt.match(/^N\d+: /gm)!.length}` : 'reads');
      if (turns.filter((t) => t !== 'reads').length === 1) stopped = stack.loop.stopWorkers();
      const named = sums ? [...prompt.matchAll(/^(N\d+): /gm)] : [...prompt.matchAll(/^(S\d+): Trial\d+ /gm)];
      return note(...named.slice(0, 3).map(([, name], i) => (sums ? { text: `The trials lowered what the patients had, in way ${'abc'[i]}.`, notes: [name] } : { text: `It says of a trial what stands in ${'abc'[i]}.`, sentences: [name] })));
    };
    const id = await other.ask({ question: 'Summarise the trials', task: 'summary', scope: { folder: 'trials' } });
    await until('the first notes to be summed up', () => turns.some((t) => t !== 'reads'), 60_000);
    await stopped;
    const before = (await stack.get<RunView>(`/runs/${id}`)).body;
    expect(before.status).toBe('running');
    await stack.loop.startWorkers();
    const run = await other.runEnded(id);
    expect(run.status).toBe('completed');
    // 45 notes: forty of them in one turn, then what came of those with the five others. Nothing is read again.
    expect([turns.filter((t) => t === 'reads').length, turns.slice(15)]).toEqual([15, ['sums up 40', 'sums up 8']]);
    const result = researchResultSchema.parse(run.result);
    expect(result.claims.map((c) => [c.text, c.citations.length])).toEqual(['a', 'b', 'c'].map((way) => [`The trials lowered what the patients had, in way ${way}.`, 1]));
    expect(result.sections).toHaveLength(15);
    expect(result.coverage!.map((c) => [c.documentName.split('/')[0], c.used])).toEqual(Array.from({ length: 15 }, () => ['trials', true]));
  }, 90_000);

  it('re-reads a changed file in the place of what it was', async () => {
    const other = await Library.make(stack);
    writeFileSync(join(folder, 'notes.md'), 'Warfarin was given.');
    const first = await other.ingest({ path: folder });
    writeFileSync(join(folder, 'notes.md'), 'Warfarin was stopped.');
    const again = await other.ingest({ path: folder });
    expect(again.files[0]).toMatchObject({ state: 'done', replaced: first.files[0]!.documentId });
    expect((await other.search('warfarin')).hits.map((h) => h.text)).toEqual(['Warfarin was stopped.']);
    expect((await other.ingest({ path: folder })).files[0]).toMatchObject({ state: 'duplicate' });
  }, 60_000);

  it('forgets a deleted document: passages, vectors, cards, and answers that rest on it', async () => {
    const other = await Library.make(stack);
    await other.ingest({ uploads: [{ name: 'gone.txt', bytes: 'Digoxin slowed the heart of 30 patients.' }, { name: 'stays.txt', bytes: 'Atenolol slowed the pulse of 20 patients.' }] });
    stack.loop.script = (request) => {
      const name = sentenceWith(request, 'Digoxin') ?? sentenceWith(request, 'Atenolol');
      if (promptOf(request).includes('flashcards')) return note({ question: `What did ${sentenceWith(request, 'Digoxin') ? 'digoxin' : 'atenolol'} slow in patients?`, answer: 'the heart', sentences: [name] });
      const judged = accepts(request);
      const digoxin = sentenceWith(request, 'Digoxin');
      return judged ?? (digoxin ? says({ action: 'answer', claims: [{ text: 'It slowed the heart of patients.', sentences: [digoxin] }] }) : says(promptOf(request).includes('S1: ') ? { action: 'not_found' } : { action: 'search', query: 'digoxin heart' }));
    };
    const question = { question: 'What did digoxin do?' };
    expect((await other.runEnded(await other.ask(question))).result).toMatchObject({ found: true });
    const cards = await other.ask({ question: 'All of it', task: 'flashcards' });
    expect((await other.runEnded(cards)).status).toBe('completed');
    expect((await stack.post('/cards', { runId: cards })).status).toBeLessThan(300);
    const listed = async () => (await stack.get<{ data: CardView[] }>(`/cards?corpusId=${other.id}`)).body.data.map((c) => c.documentName);
    expect((await listed()).sort()).toEqual(['gone.txt', 'stays.txt']);

    const document = (await other.documents()).find((d) => d.name === 'gone.txt')!;
    expect(await stack.delete(`/corpora/${other.id}/documents/${document.id}`)).toBe(204);
    expect((await other.search('digoxin')).hits.map((h) => h.documentName)).not.toContain('gone.txt');
    expect(await listed()).toEqual(['stays.txt']);
    const left = await withTx(stack.loop.pool, LOCAL_TENANT, async (tx) => {
      const counts = ['documents', 'passages', 'pages', 'cards', 'term_segments'].map((table) => `(select count(*) from ${table} where document_id = $1)`);
      return (await tx.query<{ n: number }>(`select ${counts.join(' + ')} as n`, [document.id])).rows[0]!.n;
    });
    expect(left).toBe(0);
    // The same question again is answered from what is there now.
    expect((await other.runEnded(await other.ask(question))).result).toMatchObject({ found: false });
  }, 90_000);
});
