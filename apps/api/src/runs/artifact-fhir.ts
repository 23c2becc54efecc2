import { createHash } from 'node:crypto';
import type { Bundle, Composition, DocumentReference } from '@medplum/fhirtypes';
import { type ClinicalNote, CLINICAL_NOTE, clinicalNoteSchema, NOT_DOCUMENTED, noteText, sentenceText } from '#agents/medical/contract';
import type { ArtifactView } from '#contracts';

/**
 * A clinical note as FHIR R4: a Composition and a DocumentReference, `preliminary` until it is signed, `final` then, and
 * `amended` with an addendum. No code is asserted: types and sections are text, for a person to code. Null for any other
 * artifact.
 */
export function artifactFhir(a: ArtifactView): Bundle | null {
  if (a.kind !== CLINICAL_NOTE) return null;
  const note = clinicalNoteSchema.parse(a.content);
  return { resourceType: 'Bundle', type: 'collection', timestamp: dateOf(a), entry: [{ fullUrl: `urn:uuid:${a.id}`, resource: composition(a, note) }, { resource: documentReference(a, note) }] };
}

type Status = 'preliminary' | 'final' | 'amended';
function statusOf(a: ArtifactView): Status {
  if (a.signOff?.status !== 'signed') return 'preliminary';
  return a.signOff.addenda.length > 0 ? 'amended' : 'final';
}

const dateOf = (a: ArtifactView): string => a.signOff?.signature?.signedAt ?? a.createdAt;
const subjectOf = (note: ClinicalNote): { display: string } | undefined => (note.patient ? { display: note.patient } : undefined);

function composition(a: ArtifactView, note: ClinicalNote): Composition {
  const signature = a.signOff?.signature;
  const subject = subjectOf(note);
  return {
    resourceType: 'Composition', id: a.id, status: statusOf(a), type: { text: a.title }, date: dateOf(a), title: a.title,
    ...(subject ? { subject } : {}),
    author: [{ display: `Drafted with ${note.model?.name ?? 'a model'}${signature ? `; signed by ${signature.signedBy}` : ''}` }],
    ...(signature ? { attester: [{ mode: 'professional', time: signature.signedAt, party: { display: signature.signedBy } }] } : {}),
    section: [
      ...note.sections.map((s) => (s.sentences.length ? { title: s.title, text: narrative(s.sentences.map(sentenceText)) } : { title: s.title, text: narrative([NOT_DOCUMENTED]), emptyReason: { text: NOT_DOCUMENTED } })),
      ...(a.signOff?.addenda ?? []).map((x) => ({ title: `Addendum ${x.n}, ${x.at}`, text: narrative([x.text]) })),
    ],
  };
}

function documentReference(a: ArtifactView, note: ClinicalNote): DocumentReference {
  const body = Buffer.from(noteText(note.sections));
  const subject = subjectOf(note);
  return {
    resourceType: 'DocumentReference', id: `${a.id}-document`, status: 'current', docStatus: statusOf(a), type: { text: a.title }, date: dateOf(a), description: a.title,
    ...(subject ? { subject } : {}),
    ...(a.signOff?.signature ? { authenticator: { display: a.signOff.signature.signedBy } } : {}),
    content: [{ attachment: { contentType: 'text/plain; charset=utf-8', data: body.toString('base64'), size: body.length, hash: createHash('sha1').update(body).digest('base64'), title: a.title, creation: dateOf(a) } }],
    relatesTo: [{ code: 'transforms', target: { reference: `urn:uuid:${a.id}` } }],
  };
}

const MARKS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const narrative = (sentences: string[]): { status: 'additional'; div: string } => ({ status: 'additional', div: `<div xmlns="http://www.w3.org/1999/xhtml">${sentences.map((s) => `<p>${s.replace(/[&<>"]/g, (c) => MARKS[c]!)}</p>`).join('')}</div>` });
