import { CLINICAL_NOTE, clinicalNoteSchema, NOT_DOCUMENTED, sentenceText } from '#agents/medical/contract';
import type { ArtifactView } from '#contracts';
import type { Block } from './artifact-blocks.js';

/** A clinical note as it is printed: sections, who signed it and when, addenda. Null for any other artifact. */
export function clinicalNoteBlocks(a: ArtifactView): Block[] | null {
  if (a.kind !== CLINICAL_NOTE) return null;
  const note = clinicalNoteSchema.parse(a.content);
  const { signature, addenda = [] } = a.signOff ?? {};
  return [
    { kind: 'heading', level: 1, text: a.title },
    ...note.sections.flatMap((s): Block[] => [{ kind: 'heading', level: 2, text: s.title }, { kind: 'paragraph', text: s.sentences.length ? s.sentences.map(sentenceText).join(' ') : NOT_DOCUMENTED }]),
    ...addenda.flatMap((x): Block[] => [{ kind: 'heading', level: 2, text: `Addendum ${x.n}` }, { kind: 'paragraph', text: x.text }, { kind: 'paragraph', text: `By ${x.by} on ${x.at}.` }]),
    { kind: 'heading', level: 2, text: 'Signature' },
    { kind: 'paragraph', text: signature ? `Signed by ${signature.signedBy} on ${signature.signedAt}.\nText digest ${signature.textDigest}\nDrafted with ${signature.model ?? 'an unknown model'}${signature.modelDigest ? ` (${signature.modelDigest})` : ''}, agent version ${signature.agentVersion}${signature.promptDigest ? `, prompt ${signature.promptDigest}` : ''}.` : 'Not signed.' },
  ];
}
