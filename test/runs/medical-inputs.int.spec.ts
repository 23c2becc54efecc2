import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import PDFDocument from 'pdfkit';
import { createMedicalAgent } from '#agents/medical/activities/index';
import { type ClinicalNote, clinicalNoteSchema, type MedicalResult } from '#agents/medical/contract';
import { type ArtifactView, LOCAL_TENANT, type Problem, type RunRef, type RunView } from '#contracts';
import { createTranscriber } from '#models';
import { PROJECT_ROOT } from '#platform';
import { ApiStack } from '../harness/api-stack.js';
import { scribe } from '../harness/scribe.js';
import { until } from '../harness/until.js';

jest.setTimeout(240_000);
const [, TRANSCRIPT] = /made-up-1,"([^"]+)"/.exec(readFileSync(join(PROJECT_ROOT, 'samples/clinical/visits.csv'), 'utf8'))!;
/** A hundredth of a second of silence: what is heard in it, the server's answers say. */
const WAV = Buffer.concat([Buffer.from('RIFF\xc4\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\xa0\0\0\0', 'latin1'), Buffer.alloc(160)]);
const PAGES = 300;
const RESOURCES = 1_000;
/** How long a long record may take; what is measured is `npm run eval:medical`. */
const LONG_MS = 90_000;

describe('a medical run of recordings and of long records', () => {
  let stack: ApiStack;
  let server: Server;
  let heard: { text: string } | null = { text: TRANSCRIPT! };
  const recordings: Buffer[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      void request.toArray().then((chunks) => {
        recordings.push(Buffer.concat(chunks as Buffer[]));
        response.writeHead(heard ? 200 : 503, { 'content-type': 'application/json' }).end(heard ? JSON.stringify(heard) : '');
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const medical = createMedicalAgent(createTranscriber({ url, model: 'whisper-1', api: 'transcriptions', allowedHosts: [] }));
    stack = await ApiStack.start({ agents: new Map([[medical.contract.name, medical]]) }, { HOLDFAST_TRANSCRIBER_URL: url });
    stack.loop.script = scribe;
  });
  afterAll(async () => {
    await stack?.stop();
    await new Promise((done) => server.close(done));
  });

  const start = async (input: object): Promise<RunRef> => {
    const { status, body } = await stack.post<RunView>('/runs', { agent: 'medical', input });
    expect({ status, body: status === 202 ? '' : body }).toEqual({ status: 202, body: '' });
    return { tenantId: LOCAL_TENANT, runId: body.id };
  };
  const draft = async (input: object): Promise<ClinicalNote> => {
    const ref = await start(input);
    await stack.loop.untilStatus(ref, 'waiting_approval', LONG_MS);
    const artifact = await until('the draft', async () => (await stack.get<{ data: ArtifactView[] }>(`/runs/${ref.runId}/artifacts`)).body.data[0]);
    return clinicalNoteSchema.parse((await stack.get<ArtifactView>(`/runs/${ref.runId}/artifacts/${artifact.id}`)).body.content);
  };

  it('has a recording written down once, and drafts from that', async () => {
    const note = await draft({ audio: { base64: WAV.toString('base64') }, template: 'soap' });
    expect([recordings.length, recordings[0]!.includes(WAV)]).toEqual([1, true]);
    const evidence = note.sections.flatMap((s) => s.sentences).flatMap((s) => s.evidence);
    expect(evidence.length).toBeGreaterThan(2);
    for (const e of evidence) expect(TRANSCRIPT!.slice(e.start, e.end)).toBe(e.quote);
  });

  it('ends without a note where nothing was said, and says so', async () => {
    heard = { text: ' ' };
    const ref = await start({ audio: { base64: WAV.toString('base64'), kind: 'dictation' } });
    await stack.loop.untilStatus(ref, 'completed', 40_000);
    expect((await stack.get<RunView>(`/runs/${ref.runId}`)).body.result as MedicalResult).toMatchObject({ status: 'stopped', reason: 'Nothing was said in the recording.' });
    heard = { text: TRANSCRIPT! };
  });

  it('refuses what is no recording', async () => {
    const { body } = await stack.post<Problem>('/runs', { agent: 'medical', input: { audio: { base64: Buffer.from('dear colleague').toString('base64') } } });
    expect(body).toMatchObject({ status: 400, code: 'validation_failed', errors: [{ path: 'input.audio.base64' }] });
  });

  it(`reads ${PAGES} pages`, async () => {
    const note = await draft({ notes: [{ name: 'record.pdf', base64: (await longPdf()).toString('base64') }], template: { sections: [{ title: 'Medication' }, { title: 'Results' }] } });
    const metformin = note.record!.medications.find((m) => m.drug === 'metformin')!;
    expect(metformin).toMatchObject({ conflict: 'dose' });
    expect(new Set(note.record!.medications.flatMap((m) => m.statements.map((s) => s.page)))).toContain(PAGES);
    expect(note.record!.problems.map((p) => p.problem)).toEqual(expect.arrayContaining([expect.stringContaining('sinusitis')]));
    expect(note.sections.flatMap((s) => s.sentences).length).toBeGreaterThan(0);
  });

  it(`reads a bundle of ${RESOURCES} resources`, async () => {
    const note = await draft({ bundle: longBundle(), template: { sections: [{ title: 'Medication' }, { title: 'Results' }] } });
    expect(note.patient).toBe('anna berg');
    expect(note.record!.timeline.length).toBeGreaterThanOrEqual(300);
    expect(note.record!.medications).toEqual(expect.arrayContaining([expect.objectContaining({ drug: 'metformin', conflict: 'dose' })]));
  });
});

/** A visit a page, in the words that records have; the dose goes up in the middle. */
function longPdf(): Promise<Buffer> {
  const pdf = new PDFDocument({ compress: false });
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (let page = 1; page <= PAGES; page++) {
    if (page > 1) pdf.addPage();
    const date = new Date(Date.UTC(2010, 0, 7 * page)).toISOString().slice(0, 10);
    pdf.text(`Visit of ${date}. She has chronic sinusitis and hypertension. Blood pressure was ${120 + (page % 30)}/${70 + (page % 15)}.`);
    pdf.text(`She takes metformin ${page === PAGES ? 1000 : 500} mg twice a day and lisinopril ${10 + 10 * (page % 3)} mg daily. No chest pain, no fever.`);
    pdf.text(`Hemoglobin A1c was ${(6 + (page % 20) / 10).toFixed(1)} percent. Follow up in ${1 + (page % 6)} months.`);
  }
  return new Promise((done) => {
    pdf.on('end', () => done(Buffer.concat(chunks)));
    pdf.end();
  });
}

function longBundle(): object {
  const subject = { reference: 'Patient/p' };
  const on = (i: number): string => new Date(Date.UTC(2012, 0, 1 + 3 * i)).toISOString().slice(0, 10);
  const resources = Array.from({ length: RESOURCES - 1 }, (_, i) => {
    if (i % 10 === 0) return { resourceType: 'MedicationRequest', id: `m${i}`, status: 'active', intent: 'order', subject, medicationCodeableConcept: { text: 'metformin' }, dosageInstruction: [{ text: `${i > 500 ? 1000 : 500} mg twice a day` }], authoredOn: on(i) };
    if (i % 10 === 1) return { resourceType: 'Condition', id: `c${i}`, subject, code: { text: i % 20 === 1 ? 'chronic sinusitis' : 'hypertension' }, onsetDateTime: on(i) };
    return { resourceType: 'Observation', id: `o${i}`, status: 'final', subject, code: { text: 'Hemoglobin A1c' }, effectiveDateTime: on(i), valueQuantity: { value: 6 + (i % 20) / 10, unit: '%' } };
  });
  return { resourceType: 'Bundle', type: 'collection', entry: [{ resource: { resourceType: 'Patient', id: 'p', name: [{ family: 'Berg', given: ['Anna'] }], birthDate: '1970-01-02' } }, ...resources.map((resource) => ({ resource }))] };
}
