import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AgentImplementation } from '#activities';
import { probe } from '#agents/probe/activities/index';
import type { DriftOverrides, JudgeAnswer, JudgeVerdict, RunRef, RunView, StepView } from '#contracts';
import type { ScriptedAnswer, ScriptedRequest } from '#models/scripted';
import { ApiStack } from '../harness/api-stack.js';
import { checkRun } from '../harness/check-run.js';
import { playScenario, type Scenario } from '../harness/scenario.js';
import { until } from '../harness/until.js';

jest.setTimeout(60_000);

const watched: AgentImplementation = { ...probe, contract: { ...probe.contract, drift: { ...probe.contract.drift, cooldown: 0, mayAsk: false } } };
const JUDGE = { fromStep: 9, suspects: 2 };
const isJudge = (request: ScriptedRequest): boolean => request.messages[0]!.content.startsWith('You watch another agent');
const textOf = (request: ScriptedRequest): string => request.messages[1]!.content;

/** What the model said in a step, as the log that the judge reads has it. */
const said = (log: string, step: number): string => new RegExp(`\\[step ${step}\\] says: (.{20,60}?) `).exec(log)![1]!;
const answer = (over: Partial<JudgeAnswer>): string =>
  JSON.stringify({ evidence: [], new_evidence_since_last_check: true, last_result_used: 'yes', repeated_strategy: false, label: 'calibrated', overthinking: 0, overacting: 0, confidence: 50, lesson: 'none', ...over } satisfies JudgeAnswer);
const drift = (log: string, over: Partial<JudgeAnswer> = {}): string => answer({ evidence: [{ step: 7, quote: said(log, 7) }], label: 'overacting', overacting: 4, confidence: 95, ...over });

/** Runs through the REST API, with a scripted model that plays the run and its judge. */
describe('a run that is judged', () => {
  let stack: ApiStack;
  const asked: ScriptedRequest[] = [];
  let judge: (log: string, nth: number) => ScriptedAnswer;
  /** Of the run that is looked at: judges of earlier ones may still be at work. */
  let key = '';
  beforeAll(async () => {
    stack = await ApiStack.start({ agents: new Map([['probe', watched]]) });
    stack.loop.script = (request, n) => {
      if (!isJudge(request)) return (playScenario as typeof stack.loop.script)(request, n);
      if (!request.model.endsWith(`key=${key}`)) return { content: answer({}) };
      asked.push(request);
      return judge(textOf(request), asked.length);
    };
  });
  afterAll(() => stack?.stop());
  beforeEach(() => void (asked.length = 0));

  const start = (of: string, scenario: Scenario, policy: DriftOverrides): Promise<RunRef> => stack.run({ ...scenario, key: (key = of) }, { drift: policy });
  const view = async (ref: RunRef): Promise<RunView> => (await stack.get<RunView>(`/runs/${ref.runId}`)).body;
  const step = async (ref: RunRef, n: number): Promise<StepView> => (await stack.get<StepView>(`/runs/${ref.runId}/steps/${n}?include=content`)).body;
  const verdict = (ref: RunRef, n: number): Promise<JudgeVerdict> => until(`a verdict on step ${n}`, async () => (await step(ref, n)).judge ?? null);
  const events = async (ref: RunRef, types: string): Promise<{ step: number; data: Record<string, unknown> }[]> => (await stack.get<{ data: { step: number; data: Record<string, unknown> }[] }>(`/runs/${ref.runId}/events?types=${types}&limit=500`)).body.data;

  it('is taken back to before what a judge finds twice; its steps never wait for it, and the run pays', async () => {
    judge = (log, nth) => ({ content: nth <= 2 ? drift(log) : answer({}), delayMs: 500 });
    const ref = await start('twice', { steps: 40, delayMs: 40 }, { judge: JUDGE, ladder: { overacting: [{ rung: 'rewind' }] } });
    await stack.loop.untilStatus(ref, 'completed', 40_000);
    await checkRun(stack.loop.pool, ref, { status: 'completed' });
    const found = await verdict(ref, 9);
    expect(found).toMatchObject({ step: 9, fromStep: 2, label: 'overacting', dropped: null, overacting: 0.95, confirmed: true, steps: [7], samples: 2 });
    expect(found.answer!.evidence[0]!.step).toBe(7);
    expect(found.ms).toBeGreaterThanOrEqual(1_000);
    // The run went on meanwhile, and the verdict was read with whichever step closed next.
    const [first, ...later] = (await events(ref, 'drift.report')).filter(({ data }) => data['judge']);
    expect(first!.step).toBeGreaterThan(10);
    expect(first!.data).toMatchObject({ verdict: 'overacting', judge: { step: 9, label: 'overacting', confirmed: true, alone: true } });
    expect(later.every(({ data }) => (data['judge'] as { label: string }).label === 'calibrated')).toBe(true);
    expect((await events(ref, 'steering.applied')).map(({ data }) => data)).toEqual([{ rung: 'rewind', report: first!.step, verdict: 'overacting', holdout: false, toStep: 6 }]);
    const { usage, limits, limitsLeft } = await view(ref);
    expect(usage.judge.verdicts).toBeGreaterThanOrEqual(1);
    expect(usage.judge.promptTokens).toBeGreaterThanOrEqual(found.promptTokens);
    expect(found.promptTokens).toBeGreaterThan(200);
    expect(limits.maxTokens - limitsLeft.maxTokens).toBe(usage.promptTokens + usage.outputTokens + usage.judge.promptTokens + usage.judge.outputTokens);
    expect(usage.judge.ms).toBeGreaterThanOrEqual(found.ms);
  });

  it('is only suspect where a second sample does not agree', async () => {
    judge = (log, nth) => ({ content: nth === 1 ? drift(log) : answer({}) });
    const ref = await start('once', { steps: 20, delayMs: 40 }, { judge: JUDGE });
    await stack.loop.untilStatus(ref, 'completed', 40_000);
    expect(await verdict(ref, 9)).toMatchObject({ label: 'overacting', confirmed: false, samples: 2 });
    const read = (await events(ref, 'drift.report')).find(({ data }) => data['judge']);
    expect(read!.data).toMatchObject({ verdict: 'suspect', judge: { step: 9, alone: false } });
    expect(await events(ref, 'steering.applied')).toEqual([]);
  });

  it.each([
    ['a quotation that the log does not have', () => ({ content: answer({ evidence: [{ step: 7, quote: 'nobody ever said this here' }], label: 'overacting', overacting: 4, confidence: 95 }) }), 'quote_not_found', 1],
    ['no valid output, with and without a schema', () => ({ content: 'I think it is fine.' }), 'output_invalid', 2],
  ])('believes nothing with %s', async (_what, says: () => ScriptedAnswer, dropped, samples) => {
    judge = says;
    const ref = await start(dropped, { steps: 20, delayMs: 40 }, { judge: JUDGE });
    await stack.loop.untilStatus(ref, 'completed', 40_000);
    const found = await verdict(ref, 9);
    expect(found).toMatchObject({ label: null, dropped, overacting: 0, confirmed: false, samples });
    expect(found.promptTokens).toBeGreaterThan(0);
    expect(asked.map(({ format }) => format !== undefined)).toEqual([true, false].slice(0, samples));
    expect(await events(ref, 'steering.applied')).toEqual([]);
  });

  it('may be over before its judge: the verdict is kept all the same, and nobody waited', async () => {
    judge = () => ({ content: answer({}), delayMs: 1_500 });
    const ref = await start('over', { steps: 10 }, { judge: JUDGE });
    await stack.loop.untilStatus(ref, 'completed', 40_000);
    expect((await step(ref, 9)).judge).toBeUndefined();
    expect(await verdict(ref, 9)).toMatchObject({ label: 'calibrated', samples: 1 });
  });

  it('shows the judge what code counted and the last eight steps, and not how it goes on', async () => {
    judge = () => ({ content: answer({}) });
    const ref = await start('shown', { steps: 13, delayMs: 30 }, { judge: JUDGE });
    await verdict(ref, 9);
    const log = textOf(asked[0]!);
    expect(log).toContain('9 steps, 9 calls: read_filler 9.');
    expect([...log.matchAll(/\[step (\d+)\] says/g)].map(([, n]) => Number(n))).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(asked[0]!.options).toMatchObject({ temperature: 0 });
    await stack.loop.untilStatus(ref, 'completed', 40_000);
  });

  it('has no judge where its policy has none, or the request says so', async () => {
    judge = () => ({ content: answer({}) });
    const ref = await start('none', { steps: 30 }, { judge: null });
    await stack.loop.untilStatus(ref, 'completed', 40_000);
    expect(asked).toEqual([]);
    expect((await view(ref)).usage.judge).toEqual({ verdicts: 0, promptTokens: 0, outputTokens: 0, ms: 0 });
  });
});
