import { NOTE_CHECKS, type Verification, type VerifiedSentence } from '#contracts';
import { type CheckedSentence, checkNote } from './check-note.js';
import { drugLexicon, LEXICON_NAME } from './lexicon/drugs.js';
import { THRESHOLDS } from './thresholds.js';

/** Checks a note against what it was written from. Pure: the same texts give the same answer. */
export function verifyNote(source: string, note: string): Verification {
  const sentences = checkNote(source, note).map(verdictOf);
  const { drugs, names } = drugLexicon();
  return { kind: 'clinical-note', verdict: sentences.some((s) => s.verdict === 'doubtful') ? 'doubtful' : 'supported', sentences, lexicon: { name: LEXICON_NAME, drugs, names } };
}

function verdictOf({ doubts, words, text, start, end }: CheckedSentence): VerifiedSentence {
  const mismatches = NOTE_CHECKS.flatMap((check) =>
    doubts[check].filter((d) => d.score > THRESHOLDS[check]).map((d) => {
      const [from, to] = [words[d.from]!.start, words[d.to]!.end];
      return { check, text: text.slice(from, to), span: { start: start + from, end: start + to }, score: Number(d.score.toFixed(3)), source: d.source ?? null };
    }),
  );
  const evidence = [...doubts.support, ...doubts.number, ...doubts.dose].flatMap((d) => (d.source ? [d.source] : []));
  return { text, span: { start, end }, verdict: mismatches.length > 0 ? 'doubtful' : 'supported', evidence, mismatches };
}
