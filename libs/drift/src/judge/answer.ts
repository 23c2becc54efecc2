import type { JudgeAnswer, JudgeDrop, JudgeLabel } from '#contracts';
import type { LoggedStep } from './log.js';

/** A quotation below this length stands anywhere. */
const LEAST_QUOTE = 8;
/** From where two samples that agree count as sure. */
const SURE = 0.9;

export type Weighed = { label: JudgeLabel; overthinking: number; overacting: number; confidence: number; steps: number[] };

/** An answer's weight, or why it has none: each quotation must stand in the log, word by word, and drift needs one. */
export function weigh(answer: JudgeAnswer, log: readonly LoggedStep[]): Weighed | { dropped: JudgeDrop } {
  const texts = new Map(log.map((step) => [step.step, folded(textOf(step))]));
  const steps: number[] = [];
  for (const { step, quote } of answer.evidence) {
    const words = folded(quote.replaceAll(/^["“”']+|["“”']+$|…$/g, ''));
    const stands = (text: string | undefined): boolean => words.length >= LEAST_QUOTE && Boolean(text?.includes(words));
    const found = stands(texts.get(step)) ? step : [...texts].find(([, text]) => stands(text))?.[0];
    if (found === undefined) return { dropped: 'quote_not_found' };
    steps.push(found);
  }
  const drifts = answer.label === 'overthinking' || answer.label === 'overacting';
  if (drifts && steps.length === 0) return { dropped: 'no_evidence' };
  const confidence = answer.confidence / 100;
  // What is no drift by its own word gets no score, whatever the levels say.
  const score = (level: number): number => (drifts ? (level / 4) * confidence : 0);
  return { label: answer.label, overthinking: score(answer.overthinking), overacting: score(answer.overacting), confidence, steps: [...new Set(steps)].sort((a, b) => a - b) };
}

/** Whether an answer is worth asking again: it is sure of drift, so that something drastic may follow. */
export const needsSecond = ({ label, confidence }: Weighed): boolean => (label === 'overthinking' || label === 'overacting') && confidence >= SURE;

export const confirms = (first: Weighed, second: Weighed): boolean => first.label === second.label && second.confidence >= SURE;

const textOf = ({ thought, text, calls }: LoggedStep): string => [thought, text, ...calls.flatMap(({ tool, args, result }) => [`${tool} ${args}`, result])].join('\n');
const folded = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
