import { createHash } from 'node:crypto';
import { findingsOf, omissionsOf, overviewOf } from '#clinical';
import { keyedHash } from '#store';
import { noteText, type ClinicalNote, type DeidentifiedCopy, type DraftSection, type Finding, type MedicalState, type Omission, type SourceSpan } from '../contract.js';
import { sentenceAt, spanOf, type Source } from './source.js';
import type { Template } from './templates.js';

/** Statements of the source that the draft does not mention, in the order of the source's kinds. What only a sentence without support mentions is not mentioned. */
export function omissionsIn(source: Source, sections: DraftSection[]): Omission[] {
  const supported = sections.map((s) => ({ ...s, sentences: s.sentences.filter((x) => x.verdict === 'supported') }));
  return omissionsOf(source.index, source.text, noteText(supported)).flatMap((o) => {
    const evidence = placeOf(source, o.start);
    return evidence ? [{ kind: o.kind, what: o.what, evidence, important: false }] : [];
  });
}

/** What a reviewer should know of the source, instructions that stand in it among it. */
export function findingsIn(source: Source): Finding[] {
  const found: Finding[] = findingsOf(source.index, source.text).map(({ kind, what, spans }) => ({ kind, what, evidence: spans.flatMap((s) => placeOf(source, s.start) ?? []) }));
  return [...found, ...source.instructions.map((i): Finding => ({ kind: 'instruction_in_source', what: 'A sentence gives orders to a machine. It was shown to no model, and nothing was done about it.', evidence: [spanOf(i)] }))];
}

export function noteOf(source: Source, template: Template, state: MedicalState, important: readonly number[], model: ClinicalNote['model']): ClinicalNote {
  const omissions = omissionsIn(source, state.sections).map((o, i) => ({ ...o, important: important.includes(i) }));
  return { template: template.name, model, patient: patientOf(source), sections: state.sections, omissions, findings: findingsIn(source), record: source.parts.length > 1 ? overviewOf(source.parts) : null };
}

const patientOf = (source: Source): string | null => source.parts.map((p) => p.identity?.name).find((name) => Boolean(name)) ?? null;

function placeOf(source: Source, at: number): SourceSpan | null {
  const sentence = sentenceAt(source, at);
  return sentence ? spanOf(sentence) : null;
}

export function digestOfCopy(copy: DeidentifiedCopy): string {
  return digestOfText(copy.parts.map((p) => `${p.name}\n${p.text}`).join('\n\n'));
}

/** SHA-256 of the note's text, as its sections read; of a sealed run an HMAC under its key, so that the digest tells nobody what it is of. */
export const digestOfNote = (sections: readonly DraftSection[]): string => digestOfText(noteText(sections));

function digestOfText(text: string): string {
  return (keyedHash(text) ?? createHash('sha256').update(text).digest()).toString('hex');
}
