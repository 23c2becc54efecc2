import type { DriftReport, DriftState, StepDigest } from '#contracts';
import type { DriftConfig } from './config.js';
import { digestStep, type CallFacts, type StepFacts } from './digest/digest.js';
import { evaluateStep } from './evaluate.js';

/** For specs: a run of made-up steps, judged one after the other as the checkpoint activity does. */
export type MadeUp = Partial<Omit<StepFacts, 'calls'>> & { calls?: Partial<CallFacts>[] };

const NOUNS = ['river', 'council', 'harvest', 'dosage', 'kernel', 'dragon', 'ledger', 'market', 'biopsy', 'lantern', 'theorem', 'orchard'];
/** Forty words that no other number's text shares in order. */
export const words = (n: number, count = 40): string => Array.from({ length: count }, (_, i) => `${NOUNS[(n * 7 + i * 5) % 12]}${n}x${i}`).join(' ');

export function madeUpStep(step: number, made: MadeUp): StepDigest {
  const { calls = [], ...over } = made;
  return digestStep({
    step, attempts: 1, text: '', thinking: '', promptTokens: 100 + step * 50, outputTokens: 50, thinkingTokens: 20, contextLimit: 8_192,
    malformed: false, degenerate: false, state: 'same', finished: false, ...over,
    calls: calls.map((call) => ({ tool: 'read_file', kind: 'read', args: {}, result: 'nothing', error: null, gain: null, exempt: false, ...call })),
  });
}

export function judge(run: MadeUp[], config: Partial<DriftConfig> = {}): DriftReport[] {
  let state: DriftState | null = null;
  const digests: StepDigest[] = [];
  return run.map((made, i) => {
    const step = madeUpStep(i + 1, made);
    const result = evaluateStep(step, digests.slice(-12).reverse(), state, config);
    digests.push(step);
    state = result.state;
    return result.report;
  });
}

/** Useful work: a new file read each step, thoughts that differ. */
export const usefulStep = (n: number): MadeUp => ({ thinking: words(1_000 + n), calls: [{ args: { path: `src/part${n}.ts` }, result: words(n) }] });
export const useful = (count: number, from = 0): MadeUp[] => Array.from({ length: count }, (_, i) => usefulStep(from + i));

export const isAlarm = ({ verdict }: DriftReport): boolean => verdict !== 'ok' && verdict !== 'suspect';
/** Step number of the first alarm, or null. */
export const firstAlarm = (reports: DriftReport[]): number | null => reports.find(isAlarm)?.step ?? null;
