import type { ArtifactView } from '#client';

export type SourceSpan = { part: string; start: number; end: number; page: number | null; quote: string };
export type Sentence = { text: string; evidence: SourceSpan[]; verdict: 'supported' | 'not_in_source'; doubts: { check: string; text: string }[] };
export type ClinicalNote = {
  template: string;
  patient: string | null;
  sections: { title: string; sentences: Sentence[]; removed: number }[];
  omissions: { kind: string; what: string; evidence: SourceSpan; important: boolean }[];
  findings: { kind: string; what: string; evidence: SourceSpan[] }[];
};
export const isNote = (artifact: ArtifactView): artifact is ArtifactView & { content: ClinicalNote } => artifact.kind === 'clinical_note';

/** The texts that a note was drafted from, as the run's input has them; of files that were sent as bytes there is no text here. */
export function sourcesOf(input: unknown): { name: string; text: string }[] {
  const given = (input ?? {}) as { transcript?: string; dictation?: string; notes?: { name: string; text?: string }[]; bundle?: unknown };
  return [
    ...(['transcript', 'dictation'] as const).flatMap((name) => (given[name] === undefined ? [] : [{ name, text: lines(given[name]) }])),
    ...(given.notes ?? []).flatMap(({ name, text }) => (text === undefined ? [] : [{ name, text: lines(text) }])),
    ...(given.bundle === undefined ? [] : [{ name: 'bundle', text: JSON.stringify(given.bundle, null, 2) }]),
  ];
}

/** Offsets count a line's end as one character, however it was sent. */
const lines = (text: string): string => text.replace(/\r\n?/g, '\n');

/** A text cut into pieces, those that `spans` cover marked; spans may touch and overlap. */
export function markedPieces(text: string, spans: readonly Pick<SourceSpan, 'start' | 'end'>[]): { text: string; marked: boolean }[] {
  const cuts = [...new Set([0, text.length, ...spans.flatMap(({ start, end }) => [start, end])])].filter((at) => at >= 0 && at <= text.length).sort((a, b) => a - b);
  return cuts.slice(1).map((end, i) => ({ text: text.slice(cuts[i], end), marked: spans.some((span) => span.start <= cuts[i]! && end <= span.end) }));
}
