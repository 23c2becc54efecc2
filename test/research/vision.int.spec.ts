import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCanvas } from '@napi-rs/canvas';
import PDFDocument from 'pdfkit';
import { soleGate } from '#activities';
import { research } from '#agents/research/activities/index';
import type { ArtifactView } from '#contracts';
import { createRuntime } from '#models';
import { type ScriptedAnswer, type ScriptedRequest, type ScriptedRuntime, startScriptedRuntime } from '#models/scripted';
import { ApiStack } from '#test/harness/api-stack';
import { accepts, Library, promptOf, says, sentenceWith } from '#test/harness/library';
import { closeRecogniser } from '../../libs/corpus/src/parse/ocr.js';

const SHOWS = 'A bar chart of the mortality by year. It fell from 12 per cent in 2010 to 7 per cent in 2020.';

/** Bars, and no letter. */
function chart(width = 600, height = 400): Buffer {
  const canvas = createCanvas(width, height);
  const pen = canvas.getContext('2d');
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = 'steelblue';
  [0.8, 0.6, 0.4].forEach((share, i) => pen.fillRect(60 + i * 180, height * (1 - share), 120, height * share));
  return canvas.toBuffer('image/png');
}

function paper(): Promise<Buffer> {
  const document = new PDFDocument({ size: [600, 800], margin: 50 });
  const parts: Buffer[] = [];
  document.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise<Buffer>((resolve) => document.on('end', () => resolve(Buffer.concat(parts))));
  document.text('The registry counted all deaths of the region, and the figure below shows them by year.', 50, 50);
  document.image(chart(), 150, 400, { width: 300, height: 200 });
  document.end();
  return ended;
}

/** The size that a PNG's header says. */
const sizeOf = (base64: string): [number, number] => [Buffer.from(base64, 'base64').readUInt32BE(16), Buffer.from(base64, 'base64').readUInt32BE(20)];

describe('pictures that recognition cannot read', () => {
  let eyes: ScriptedRuntime;
  let stack: ApiStack;
  let library: Library;
  let look: (request: ScriptedRequest) => ScriptedAnswer;
  let answer: (request: ScriptedRequest) => ScriptedAnswer;
  const pictures: string[] = [];

  beforeAll(async () => {
    eyes = await startScriptedRuntime({ abilities: ['completion', 'vision'], script: (request) => {
      const [picture] = request.messages.at(-1)!.images ?? [];
      if (!picture) return answer(request);
      pictures.push(picture);
      return look(request);
    } });
    const runtime = createRuntime({ kind: 'ollama', url: eyes.url, model: 'seer', embedModel: 'scripted-embed' });
    stack = await ApiStack.start({ agents: new Map([[research.contract.name, research]]), gate: soleGate(runtime, 'seer'), model: 'seer' }, { HOLDFAST_EMBED_MODEL: 'scripted-embed' });
    library = await Library.make(stack);
  }, 120_000);
  afterAll(async () => {
    await closeRecogniser();
    await stack.stop();
    await eyes.stop();
  }, 60_000);

  it('are read by the model that sees, and found', async () => {
    look = () => says({ text: '', shows: SHOWS });
    const done = await library.ingest({ uploads: [{ name: 'chart.png', bytes: chart() }] });
    expect(done.files[0]).toMatchObject({ state: 'done', passages: 1, pictures: 1, picturesRead: 1, failure: null });
    expect(pictures).toHaveLength(1);
    expect(sizeOf(pictures[0]!)).toEqual([600, 400]);
    const { hits, vectors } = await library.search('mortality by year');
    expect(vectors).toBe(true);
    expect(hits[0]).toMatchObject({ documentName: 'chart.png', page: 1, section: 'Picture, as read by a model', text: SHOWS });
  }, 60_000);

  it('are evidence, by page and the part of it where the figure stands', async () => {
    look = () => says({ text: 'Figure 1', shows: 'The columns become lower from left to right, and the last is half as high as the first.' });
    pictures.length = 0;
    const other = await Library.make(stack);
    const done = await other.ingest({ uploads: [{ name: 'paper.pdf', bytes: await paper() }] });
    expect(done.files[0]).toMatchObject({ state: 'done', pages: 1, passages: 2, pictures: 1, picturesRead: 1 });
    // The figure alone, and not its page.
    const [width, height] = sizeOf(pictures[0]!);
    expect(width / height).toBeCloseTo(1.5, 1);
    answer = (request) => {
      const name = sentenceWith(request, 'The columns become lower');
      return accepts(request) ?? (name ? says({ action: 'answer', claims: [{ text: 'The columns of the figure become lower.', sentences: [name] }] }) : says({ action: 'search', query: 'columns of the figure' }));
    };
    const run = await other.runEnded(await other.ask({ question: 'What do the columns of the figure do?' }));
    expect(run.status).toBe('completed');
    const { body: list } = await stack.get<{ data: ArtifactView[] }>(`/runs/${run.id}/artifacts`);
    const { body: artifact } = await stack.get<ArtifactView>(`/runs/${run.id}/artifacts/${list.data[0]!.id}`);
    expect(artifact.evidence![0]).toMatchObject({ documentName: 'paper.pdf', page: 1, verified: true });
    const [left, top, w, h] = artifact.evidence![0]!.region!;
    expect([left!, top!, w!, h!].map((share) => share.toFixed(2))).toEqual(['0.25', '0.50', '0.50', '0.25']);
    // The turn shows it as what it is.
    expect(eyes.requests.some((r) => r.path === '/api/chat' && promptOf(r.body).includes('The columns become lower'))).toBe(true);
  }, 60_000);

  it('are no document where the model sees nothing in them either', async () => {
    look = () => says({ text: '', shows: ' ' });
    const other = await Library.make(stack);
    const done = await other.ingest({ uploads: [{ name: 'blank.png', bytes: chart(200, 200) }, { name: 'fine.txt', bytes: 'Text that is fine.' }] });
    expect(done.files.map((f) => [f.name, f.failure?.code ?? f.state])).toEqual([['blank.png', 'text_unrecognized'], ['fine.txt', 'done']]);
    expect((await other.documents()).map((d) => d.name)).toEqual(['fine.txt']);
  }, 60_000);

  it('are looked at again where the model failed, and stand there once', async () => {
    let tries = 0;
    look = () => (++tries === 1 ? { error: { status: 500 } } : says({ text: 'Ventricle of the heart', shows: '' }));
    const other = await Library.make(stack);
    const done = await other.ingest({ uploads: [{ name: 'heart.png', bytes: chart(300, 300) }] });
    expect(tries).toBe(2);
    expect(done.files[0]).toMatchObject({ state: 'done', passages: 1 });
    expect((await other.search('ventricle')).hits.map((h) => h.text)).toEqual(['Ventricle of the heart']);
  }, 60_000);

  it('keep their place where one answer is of no use, and the rest goes on', async () => {
    let tries = 0;
    look = () => (++tries === 1 ? { content: 'I cannot help with that.' } : says({ text: '', shows: SHOWS }));
    const document = new PDFDocument({ size: [600, 800] });
    const parts: Buffer[] = [];
    document.on('data', (part: Buffer) => parts.push(part));
    const ended = new Promise((resolve) => document.on('end', resolve));
    document.text('The first page has a figure, and so has the second one of this paper.').image(chart(), 100, 300, { width: 300 });
    document.addPage().text('The second page has a figure, and so had the first one of this paper.').image(chart(500, 300), 100, 300, { width: 300 });
    document.end();
    await ended;
    const other = await Library.make(stack);
    const done = await other.ingest({ uploads: [{ name: 'two.pdf', bytes: Buffer.concat(parts) }] });
    expect(done.files[0]).toMatchObject({ state: 'done', pages: 2, passages: 3, pictures: 2, picturesRead: 1 });
    expect((await other.search('mortality by year')).hits[0]).toMatchObject({ page: 2 });
  }, 60_000);
});
