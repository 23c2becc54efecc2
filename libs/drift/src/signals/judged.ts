import type { JudgeSource } from '#contracts';
import type { Signal } from './signal.js';

/** A judge's verdict as a reason among the others; none where it found nothing. */
export function judgeSignal(judge: JudgeSource | null): Signal[] {
  const value = judge ? Math.max(judge.overthinking, judge.overacting) : 0;
  return judge && value > 0 ? [{ name: 'judge', value, steps: judge.steps, hard: false }] : [];
}
