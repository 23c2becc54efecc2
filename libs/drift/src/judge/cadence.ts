import type { DriftReport, JudgePolicy, JudgeWatch } from '#contracts';

export const initialWatch: JudgeWatch = { suspects: 0, lastAt: null, waiting: null, confidence: 0.5 };

/** Steps between two verdicts, at least: a judge is never asked at every step. */
const LEAST = 5;
/** Steps after which a verdict is no longer waited for. */
const STALE = 20;

/** Steps from one verdict to the next: the surer the last one was, the sooner it is checked. */
const interval = (confidence: number): number => Math.round(LEAST + 10 * (1 - confidence));

/**
 * Whether a judge is asked about the steps up to this one, after its report. `busy`: something is done about the step
 * already, so that it may not be on the branch for long.
 */
export function watchJudge(watch: JudgeWatch, report: DriftReport, policy: JudgePolicy, busy: boolean): { watch: JudgeWatch; ask: boolean } {
  const suspects = report.verdict === 'suspect' ? watch.suspects + 1 : 0;
  const over = report.judge !== undefined || (watch.waiting !== null && report.step - watch.waiting >= STALE);
  const next: JudgeWatch = { suspects, lastAt: watch.lastAt, waiting: over ? null : watch.waiting, confidence: report.judge?.confidence ?? watch.confidence };
  const since = watch.lastAt === null ? Infinity : report.step - watch.lastAt;
  const due = suspects >= policy.suspects ? since >= LEAST : report.step >= policy.fromStep && since >= interval(next.confidence);
  if (busy || next.waiting !== null || !due) return { watch: next, ask: false };
  return { watch: { ...next, suspects: 0, lastAt: report.step, waiting: report.step }, ask: true };
}
