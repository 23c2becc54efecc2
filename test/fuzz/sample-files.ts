import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { Document, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow, TextRun } from 'docx';
import { v7 as uuidv7 } from 'uuid';
import { PROJECT_ROOT } from '#platform';
import { cardsApkg } from '../../libs/corpus/src/cards/export-cards.js';
import { newSchedule } from '../../libs/corpus/src/cards/schedule.js';
import { docx, epub, pptx, xlsx } from '../../libs/corpus/src/testing/office-files.js';
import { pdfOf, pictureOf } from '../../libs/corpus/src/testing/pictures.js';
import { rightToLeftPdf } from '../../libs/corpus/src/testing/right-to-left-pdf.js';
import { writeZip } from '../../libs/corpus/src/zip/write-zip.js';
import type { Structure } from './mutate.js';

/** A whole file of a format that is taken, and what reads it. */
export type SampleFile = { name: string; bytes: Buffer; structure: Structure; reader: 'document' | 'bundle' | 'world'; /** Reading it takes a second or more. */ slow?: boolean };

const sample = (name: string): Buffer => readFileSync(join(PROJECT_ROOT, 'samples/documents', name));

/** Files of every format that can be uploaded: the samples of this repository, and what common libraries write. */
export async function sampleFiles(): Promise<SampleFile[]> {
  const document = (name: string, bytes: Buffer, structure: Structure, slow = false): SampleFile => ({ name, bytes, structure, reader: 'document', slow });
  const json = (name: string, reader: 'bundle' | 'world', value: object): SampleFile => ({ name, bytes: Buffer.from(JSON.stringify(value)), structure: 'json', reader });
  const texts = ['Metformin lowers glucose.', 'Nobody was harmed.'];
  const card = { id: uuidv7(), corpusId: uuidv7(), documentId: uuidv7(), documentName: 'study.pdf', question: 'What lowers glucose?', answer: 'Metformin.', quote: texts[0]!, page: 1, due: '2024-01-01T00:00:00.000Z', reviews: 0, lapses: 0, schedule: newSchedule(new Date(0)), tags: ['trial'] };
  return [
    document('study.pdf', sample('clinical-studies.pdf'), 'bytes'),
    document('small.pdf', await pdfOf(texts, { name: 'more.txt', text: 'Penicillin.' }), 'text'),
    document('hebrew.pdf', rightToLeftPdf('אספירין'), 'text'),
    document('scan.pdf', await pdfOf([pictureOf(texts)]), 'bytes', true),
    document('page.html', sample('can-tailored-interventions-increase-mammography-use.html'), 'text'),
    document('notes.md', sample('does-hypoglycaemia-increase-the-risk-of.md'), 'text'),
    document('notes.txt', sample('nutritional-assessment-of-gluten-free-diet.txt'), 'bytes'),
    document('utf16.txt', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Heparin was given to Ménière.', 'utf16le')]), 'bytes'),
    document('small.docx', docx([{ text: 'Results', style: 'H1' }, ...texts.map((text) => ({ text }))]), 'zip'),
    document('word.docx', await wordDocument(texts), 'zip'),
    document('talk.pptx', pptx([{ title: 'Results', text: texts[0]! }, { title: 'Harm', text: texts[1]! }]), 'zip'),
    document('table.xlsx', xlsx('Doses', [['Drug', 'mg'], ['Metformin', 500], ['From', 45_000]]), 'zip'),
    document('book.epub', epub(texts), 'zip'),
    document('files.zip', writeZip([{ name: 'a/notes.txt', body: texts[0]! }, { name: 'page.html', body: `<p>${texts[1]}</p>` }, { name: 'small.docx', body: docx([{ text: 'x' }]) }]), 'zip'),
    document('cards.apkg', cardsApkg([card], 'Deck', new Date(0)), 'zip'),
    ...(['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const).map((type) => document(`picture.${type.slice(6)}`, encoded(type), 'bytes', true)),
    document('picture.pbm', Buffer.concat([Buffer.from('P5\n40 40\n255\n'), Buffer.alloc(1_600, 200)]), 'bytes', true),
    json('bundle.json', 'bundle', BUNDLE),
    json('lorebook.json', 'world', { format: 'lorebook', data: LOREBOOK }),
    json('light.json', 'world', { format: 'light', data: LIGHT }),
    json('textworld.json', 'world', { format: 'textworld', data: TEXTWORLD }),
    json('campaign.json', 'world', { format: 'campaign', data: CAMPAIGN }),
  ];
}

function encoded(type: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif'): Buffer {
  const canvas = createCanvas(300, 60);
  const pen = canvas.getContext('2d');
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, 300, 60);
  pen.fillStyle = 'black';
  pen.font = '30px sans-serif';
  pen.fillText('Metformin 500', 10, 40);
  return type === 'image/gif' ? canvas.toBuffer(type as never) : canvas.toBuffer(type as 'image/png');
}

function wordDocument(texts: string[]): Promise<Buffer> {
  const cell = (text: string): TableCell => new TableCell({ children: [new Paragraph(text)] });
  const children = [new Paragraph({ text: 'Results', heading: HeadingLevel.HEADING_1 }), ...texts.map((text) => new Paragraph({ children: [new TextRun({ text, bold: true })] })), new Table({ rows: [new TableRow({ children: [cell('Drug'), cell('500 mg')] })] })];
  return Packer.toBuffer(new Document({ sections: [{ children }] }));
}

const subject = { reference: 'Patient/p' };
const code = { text: 'Something', coding: [{ system: 'http://loinc.org', code: '1-8', display: 'Something' }] };
const BUNDLE = {
  resourceType: 'Bundle', type: 'collection',
  entry: [
    { fullUrl: 'urn:uuid:p', resource: { resourceType: 'Patient', id: 'p', name: [{ family: 'Example', given: ['Pat'] }], gender: 'female', birthDate: '1950-02-03' } },
    { resource: { resourceType: 'Condition', id: 'c', subject, code, onsetDateTime: '2020-01-01' } },
    { resource: { resourceType: 'AllergyIntolerance', id: 'a', clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] }, patient: subject, code, reaction: [{ manifestation: [code] }] } },
    { resource: { resourceType: 'MedicationRequest', id: 'm', status: 'active', intent: 'order', subject, medicationCodeableConcept: code, dosageInstruction: [{ text: 'daily', doseAndRate: [{ doseQuantity: { value: 500, unit: 'mg' } }] }] } },
    { resource: { resourceType: 'Observation', id: 'o', status: 'final', subject, code, effectiveDateTime: '2021-05-05T10:00:00Z', valueQuantity: { value: 7.1, unit: 'mmol/L' }, component: [{ code, valueQuantity: { value: 1, unit: 'x' } }] } },
    { resource: { resourceType: 'DocumentReference', id: 'd', status: 'current', subject, content: [{ attachment: { contentType: 'text/plain', data: Buffer.from('A letter.').toString('base64') } }] } },
  ],
};
const LOREBOOK = { name: 'Vale', entries: { 0: { uid: 0, key: ['dragon'], keysecondary: [], comment: 'The dragon', content: 'It sleeps.', constant: false, order: 100 } } };
const link = (id: string): object => ({ [id]: { target_id: id } });
const LIGHT = {
  title: 'A small world', objects: ['box'],
  nodes: {
    hall: { agent: false, object: false, room: true, name: 'hall', desc: 'A hall.', grid_location: [0, 1, 0], node_id: 'hall', container_node: { target_id: 'VOID' }, contained_nodes: link('box'), neighbors: {} },
    box: { agent: false, object: true, room: false, name: 'box', desc: 'a box', gettable: 1, container: 1, node_id: 'box', container_node: { target_id: 'hall' }, contained_nodes: {} },
  },
};
const fact = (name: string, ...args: [string, string][]): object => ({ name, arguments: args.map(([n, type]) => ({ name: n, type })) });
const TEXTWORLD = { version: 1, metadata: { walkthrough: ['open door'] }, world: [fact('at', ['P', 'P'], ['r_0', 'r']), fact('at', ['c_0', 'c'], ['r_0', 'r']), fact('east_of', ['r_1', 'r'], ['r_0', 'r'])], infos: [['r_0', { id: 'r_0', type: 'r', name: 'kitchen' }], ['r_1', { id: 'r_1', type: 'r', name: 'garden' }]] };
const CAMPAIGN = { format: 'holdfast-campaign', formatVersion: 1, name: 'Vale', rules: { name: 'own', types: { place: { attrs: { type: 'object' }, within: [], placed: false } }, relations: {}, amounts: [], invariants: ['containment'] }, events: [{ turnId: null, actor: null, change: { kind: 'created', entity: { id: 'inn', type: 'place', name: 'Inn', in: null, attrs: {} } } }], turns: [] };
