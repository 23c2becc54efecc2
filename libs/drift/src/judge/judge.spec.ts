import { describe, expect, it } from '@jest/globals';
import type { DriftReport, DriftState, JudgeAnswer, JudgeSource, StepDigest } from '#contracts';
import { evaluateStep } from '../evaluate.js';
import { decide, initialLadder } from '../ladder.js';
import { madeUpStep, useful } from '../specs-agent.js';
import { confirms, needsSecond, weigh, type Weighed } from './answer.js';
import { initialWatch, watchJudge } from './cadence.js';
import { type LoggedStep, rollingState } from './log.js';
import { judgePrompt } from './prompt.js';

const POLICY = { fromStep: 20, suspects: 2 };
const report = (step: number, over: Partial<DriftReport> = {}): DriftReport => ({ step, overthinking: 0, overacting: 0, verdict: 'ok', hard: false, reasons: [], ...over });

/** Steps at which a judge is asked, where each verdict is read two steps later with this confidence. */
function asked(verdicts: (step: number) => DriftReport['verdict'], steps: number, confidence = 0.5): number[] {
  let watch = initialWatch;
  const found: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const judge = watch.waiting !== null && step - watch.waiting >= 2 ? { judge: { step: watch.waiting, label: 'calibrated' as const, confidence, confirmed: false, alone: false } } : {};
    const next = watchJudge(watch, report(step, { verdict: verdicts(step), ...judge }), POLICY, false);
    watch = next.watch;
    if (next.ask) found.push(step);
  }
  return found;
}

describe('when a judge is asked', () => {
  it('from step 20 on every ten steps, sooner the surer the last verdict was, and less often where it was not', () => {
    expect(asked(() => 'ok', 60)).toEqual([20, 30, 40, 50, 60]);
    expect(asked(() => 'ok', 40, 1)).toEqual([20, 25, 30, 35, 40]);
    expect(asked(() => 'ok', 50, 0)).toEqual([20, 35, 50]);
  });

  it('at once after two suspect steps, and never at every step', () => {
    expect(asked((step) => (step === 4 || step === 6 ? 'suspect' : 'ok'), 12)).toEqual([]);
    expect(asked(() => 'suspect', 18)).toEqual([2, 7, 12, 17]);
  });

  it('not while something is done about the step, or a verdict is still waited for; one that never comes is forgotten', () => {
    expect(watchJudge(initialWatch, report(20), POLICY, true).ask).toBe(false);
    const waiting = { ...initialWatch, lastAt: 20, waiting: 20 };
    expect(watchJudge(waiting, report(39), POLICY, false).ask).toBe(false);
    expect(watchJudge(waiting, report(40), POLICY, false)).toMatchObject({ ask: true, watch: { waiting: 40 } });
  });
});

const LOG: LoggedStep[] = [
  { step: 14, thought: 'Read it once more.', text: '', calls: [{ tool: 'read', kind: 'read', args: '{"path":"a.ts"}', result: 'line one\nline two' }] },
  { step: 15, thought: '', text: 'I will look at the file again.', calls: [{ tool: 'edit', kind: 'mutate', args: '{"path":"b.ts"}', result: 'written' }] },
];
const answer = (over: Partial<JudgeAnswer> = {}): JudgeAnswer => ({
  evidence: [{ step: 15, quote: 'I will look at the file again' }], new_evidence_since_last_check: false, last_result_used: 'no', repeated_strategy: true, label: 'overacting', overthinking: 0, overacting: 4, confidence: 95, lesson: '', ...over,
});

describe('what a judge answers', () => {
  it('weighs level and confidence, and rests on the steps in which its quotations stand', () => {
    expect(weigh(answer(), LOG)).toEqual({ label: 'overacting', overthinking: 0, overacting: 0.95, confidence: 0.95, steps: [15] });
    // White space is folded, and a quotation that names the wrong step is still one.
    expect(weigh(answer({ evidence: [{ step: 2, quote: '“line one line two”' }], overacting: 2, confidence: 50 }), LOG)).toMatchObject({ overacting: 0.25, steps: [14] });
  });

  it.each([
    ['a quotation that stands nowhere', { evidence: [{ step: 15, quote: 'I will never look again' }] }, 'quote_not_found'],
    ['one false quotation among true ones', { evidence: [{ step: 14, quote: 'Read it once more' }, { step: 15, quote: 'made up entirely' }] }, 'quote_not_found'],
    ['a quotation in other letters', { evidence: [{ step: 15, quote: 'i will LOOK at the file' }] }, 'quote_not_found'],
    ['a word that stands anywhere', { evidence: [{ step: 15, quote: 'file' }] }, 'quote_not_found'],
    ['drift without a quotation', { evidence: [] }, 'no_evidence'],
  ])('counts for nothing with %s', (_what, over, dropped) => {
    expect(weigh(answer(over), LOG)).toEqual({ dropped });
  });

  it('has no score where it is no drift by its own word, whatever its levels', () => {
    expect(weigh(answer({ label: 'calibrated', evidence: [] }), LOG)).toMatchObject({ label: 'calibrated', overthinking: 0, overacting: 0 });
  });

  it('is confirmed by a second sample that is as sure of the same', () => {
    const sure = weigh(answer(), LOG) as Weighed;
    expect(needsSecond(sure)).toBe(true);
    expect(needsSecond({ ...sure, confidence: 0.8 })).toBe(false);
    expect(needsSecond({ ...sure, label: 'harness_fault' })).toBe(false);
    expect([confirms(sure, sure), confirms(sure, { ...sure, label: 'overthinking' }), confirms(sure, { ...sure, confidence: 0.85 })]).toEqual([true, false, false]);
  });
});

describe('what a judge is asked', () => {
  const looks = (n: number) => ({ calls: [{ tool: 'read', args: { n }, result: `r${n}` }] });
  it('counts in code what can be counted', () => {
    const digests = [looks(1), looks(2), looks(1), { state: 'new', calls: [{ tool: 'edit', kind: 'mutate' as const, args: { x: 1 }, result: 'ok', error: 'agent' as const }] }].map((made, i) => madeUpStep(i + 1, made)).reverse();
    expect(rollingState(digests)).toEqual([
      '4 steps, 4 calls: read 3, edit 1.', 'The same call of read was made in steps 1, 3, with the same result.', 'Calls failed in step 4.', "The agent's state changed last in step 4.",
    ]);
  });

  it('shows looks in one line, changes longer, the last change before, and less of all in a small window', () => {
    const long = { ...LOG[0]!, calls: [{ ...LOG[0]!.calls[0]!, result: 'word\n'.repeat(300) }] };
    const of = (scale: number): string => judgePrompt({ goal: 'Mend it.', log: [long, LOG[1]!], digests: [], lastChange: { step: 3, call: LOG[1]!.calls[0]! } }, scale)[1]!.content;
    expect(of(1)).toContain('[step 3] edit {"path":"b.ts"} gave: written');
    expect(of(1)).toMatch(/\[step 14\] read .* gave: (word )+w?o?r?d?…\n\[step 15\]/);
    expect(of(0.2).length).toBeLessThan(of(1).length);
  });
});

describe('a verdict in the drift check', () => {
  const judged = (step: number, verdict: Partial<JudgeSource>, before: StepDigest[] = []): DriftReport => {
    const source: JudgeSource = { step: step - 2, label: 'overacting', overthinking: 0, overacting: 0.95, confidence: 0.95, confirmed: true, steps: [step - 3], ...verdict };
    return evaluateStep(madeUpStep(step, useful(1, step)[0]!), before, null, {}, source).report;
  };
  const policy = { enabled: true, cooldown: 0, maxEpisodes: 3, mayAsk: false, holdout: 0, ladder: { overacting: [{ rung: 'rewind' as const }, { rung: 'resample' as const }] } };
  const rungFor = (one: DriftReport): string | undefined => decide(one, initialLadder, policy, { goodCheckpoint: 5, trail: [5, 6, 7, 8, 9] }).steering?.rung;

  it('is an alarm of its own once confirmed, names its steps, and may lead to a rewind before them', () => {
    const found = judged(12, {});
    expect(found).toMatchObject({ verdict: 'overacting', judge: { step: 10, confirmed: true, alone: true } });
    expect(found.reasons[0]).toEqual({ signal: 'judge', value: 0.95, steps: [9] });
    expect(rungFor(found)).toBe('rewind');
  });

  it('is suspicion before it is confirmed, and nothing before step 8', () => {
    expect(judged(12, { confirmed: false }).verdict).toBe('suspect');
    expect(judged(6, {}).verdict).toBe('suspect');
    expect(judged(12, { label: 'calibrated', overacting: 0, confirmed: false })).toMatchObject({ verdict: 'ok', reasons: [] });
  });

  it('leads to mild remedies only where one sample tips the scales', () => {
    // As far as scores go without a judge: not quite an alarm any more, after some that were.
    const state: DriftState = { overthinking: 0.5, overacting: 0.1, stepsSinceProgress: 3, thinkingBaseline: [0, 8], sustained: 3, recent: { calls: [], tools: [] } };
    const fresh = madeUpStep(16, { thinking: '', calls: [] });
    const own = evaluateStep(fresh, [], state, { rutAt: null }).report;
    expect(own.verdict).not.toBe('overthinking');
    const tipped = evaluateStep(fresh, [], state, { rutAt: null }, { step: 14, label: 'overthinking', overthinking: 0.8, overacting: 0, confidence: 0.8, confirmed: false, steps: [13] }).report;
    expect(tipped).toMatchObject({ verdict: 'overthinking', judge: { alone: true, confirmed: false } });
    const ladder = { ...policy, ladder: { overthinking: [{ rung: 'rewind' as const }, { rung: 'resample' as const }] } };
    expect(decide(tipped, initialLadder, ladder, { goodCheckpoint: 5 }).steering?.rung).toBe('resample');
  });
});
