import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DriftState, StepDigest } from '#contracts';
import { evaluateStep } from './evaluate.js';
import { firstAlarm, judge, madeUpStep, useful, words, type MadeUp } from './specs-agent.js';

const splice = (at: number, injected: MadeUp[]): MadeUp[] => [...useful(at), ...injected, ...useful(10, 100)];
const AT = 12;
const search = (n: number): MadeUp => ({ calls: [{ tool: 'search', kind: 'search', args: { query: `q${n}` }, result: words(n) }] });

/** Steps from the first drifting one to the alarm, in runs that are good but for what is spliced in. */
describe('injected drift', () => {
  it.each<[string, MadeUp[], number]>([
    ['the same call', Array.from({ length: 6 }, () => search(1)), 3],
    ['two calls in turn', Array.from({ length: 10 }, (_, i) => search(i % 2)), 6],
    ['three calls in turn', Array.from({ length: 12 }, (_, i) => search(i % 3)), 9],
    ['the same error', Array.from({ length: 5 }, (_, i) => ({ calls: [{ tool: 'run', kind: 'exec' as const, args: { i }, result: 'syntax error', error: 'agent' as const }] })), 3],
    ['results swapped, each with an earlier call’s', Array.from({ length: 6 }, (_, i) => ({ calls: [{ args: { path: `src/new${i}.ts` }, result: words(6 + i) }] })), 3],
    ['thoughts restated', Array.from({ length: 24 }, (_, i) => ({ thinking: `${words(5)} ${i}`, calls: [{ args: { path: `src/part${i % 9}.ts` }, result: words(i % 9) }] })), 16],
  ])('%s is noticed within %3$d steps', (name, injected, within) => {
    const reports = judge(splice(AT, injected));
    const alarm = firstAlarm(reports);
    expect(alarm).not.toBeNull();
    expect(alarm! - AT).toBeGreaterThan(1);
    expect(alarm! - AT).toBeLessThanOrEqual(within);
    process.stdout.write(`drift: ${name} is noticed at its step ${alarm! - AT}\n`);
  });

  it.each<[string, MadeUp[]]>([
    ['a burst of faults of the surroundings', Array.from({ length: 12 }, () => ({ calls: [{ args: { path: 'a' }, result: 'connection refused', error: 'infra' as const }] }))],
    ['a batch', Array.from({ length: 30 }, (_, i) => search(300 + i))],
    ['edits, each with its test', Array.from({ length: 24 }, (_, i) => (i % 2 ? { state: `e${i - 1}`, calls: [{ tool: 'run_tests', kind: 'exec' as const, args: {}, result: '1 of 40 failed' }] } : { state: `e${i}`, calls: [{ tool: 'edit', kind: 'mutate' as const, args: { text: words(i, 12) }, result: 'written' }] }))],
    ['a second look at a few files, among new ones', Array.from({ length: 18 }, (_, i) => ({ calls: [{ args: { path: `src/part${i % 3 === 2 ? i - 2 : 200 + i}.ts` }, result: words(i % 3 === 2 ? i - 2 : 200 + i) }] }))],
    ['empty answers to different questions', Array.from({ length: 5 }, (_, i) => ({ calls: [{ tool: 'search', kind: 'search' as const, args: { query: words(700 + i, 4) }, result: 'Nothing was found.' }] }))],
    ['polling', Array.from({ length: 20 }, () => ({ calls: [{ tool: 'wait', args: {}, result: 'not yet', exempt: true }] }))],
  ])('%s is not', (_name, injected) => {
    expect(firstAlarm(judge(splice(AT, injected)))).toBeNull();
  });

  it('is over once the agent is back at work', () => {
    const reports = judge(splice(AT, Array.from({ length: 4 }, () => search(1))));
    expect(reports.slice(-5).every(({ verdict }) => verdict === 'ok')).toBe(true);
  });
});

const anyCall = fc.record({
  tool: fc.constantFrom('a', 'b', 'c'), kind: fc.constantFrom('read', 'exec', 'mutate'), args: fc.record({ x: fc.integer({ min: 0, max: 2 }) }),
  result: fc.constantFrom('', 'x', words(1), words(2)), error: fc.constantFrom(null, null, 'agent', 'infra'), gain: fc.constantFrom(null, 0, 1, 0.5), exempt: fc.boolean(),
});
const anyStep = fc.record({
  calls: fc.array(anyCall, { maxLength: 4 }), text: fc.constantFrom('', words(3), words(4)), thinkingTokens: fc.integer({ min: 0, max: 5_000 }), promptTokens: fc.constantFrom(0, 100, 200),
  malformed: fc.boolean(), degenerate: fc.boolean(), finished: fc.boolean(), state: fc.constantFrom('s', 't', 'u'),
}) as fc.Arbitrary<MadeUp>;

describe('any run', () => {
  it('has scores in [0,1], at most three reasons, and a small report', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), fc.integer({ min: 0, max: 9 }), (run, toolCount) => {
        for (const report of judge(run, { toolCount })) {
          for (const score of [report.overthinking, report.overacting, ...report.reasons.map(({ value }) => value)]) {
            expect(score).toBeGreaterThanOrEqual(0);
            expect(score).toBeLessThanOrEqual(1);
          }
          expect(report.reasons.length).toBeLessThanOrEqual(3);
          expect(JSON.stringify(report).length).toBeLessThan(700);
          for (const { steps } of report.reasons) expect(steps.every((step) => step >= 1 && step <= report.step)).toBe(true);
          if (report.step < 8 && report.verdict === 'overthinking') throw new Error('too early');
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is judged the same when judged again, from stored digests and state', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 25 }), (run) => {
        let state: DriftState | null = null;
        const digests: StepDigest[] = [];
        const again = run.map((made, i) => {
          const stored = JSON.parse(JSON.stringify(madeUpStep(i + 1, made))) as StepDigest;
          const out = evaluateStep(stored, digests.slice(-12).reverse(), state && (JSON.parse(JSON.stringify(state)) as DriftState));
          digests.push(stored);
          state = out.state;
          return out.report;
        });
        expect(again).toEqual(judge(run));
      }),
      { numRuns: 60 },
    );
  });

  it('looks back no further than its window', () => {
    const digests = useful(40).map((made, i) => madeUpStep(i + 1, made));
    const [now, ...before] = digests.reverse();
    expect(evaluateStep(now!, before, null)).toEqual(evaluateStep(now!, before.slice(0, 12), null));
  });
});
