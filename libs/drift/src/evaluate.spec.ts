import { describe, expect, it } from '@jest/globals';
import { firstAlarm, judge, useful, usefulStep, words, type MadeUp } from './specs-agent.js';

const same: MadeUp = { calls: [{ tool: 'search', kind: 'search', args: { query: 'warfarin dose' }, result: words(1) }] };
const repeat = (step: MadeUp, times: number): MadeUp[] => Array.from({ length: times }, () => step);
const call = (args: object, more: object = {}): MadeUp => ({ calls: [{ args, ...more }] });

describe('hard flags', () => {
  it('names the third like call with a like result, even in the first steps', () => {
    const reports = judge(repeat(same, 3));
    expect(reports.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'overacting']);
    expect(reports[2]).toMatchObject({ hard: true, reasons: [{ signal: 'exactRepeat', value: 1, steps: [1, 2, 3] }, expect.anything(), expect.anything()] });
  });

  it('sees it through white space, key order and times', () => {
    const run = [
      call({ path: 'a', lines: 5 }, { result: 'at 2026-01-01T10:00:00Z: nothing, took 12 ms' }),
      call({ lines: 5, path: ' a' }, { result: 'at 2026-01-01T10:00:07Z: nothing, took 9 ms' }),
      call({ path: 'a ', lines: 5 }, { result: 'at  2026-01-02T11:30:00Z: nothing, took 1.5 s' }),
    ];
    expect(firstAlarm(judge(run))).toBe(3);
  });

  it('sees three like calls within one step', () => {
    expect(judge([{ calls: repeat(same, 3).flatMap(({ calls }) => calls!) }])[0]).toMatchObject({ verdict: 'overacting', hard: true });
  });

  it('takes an agent’s own measure at its word, and names it first', () => {
    const own = (value: number, hard: boolean): MadeUp => ({ ...usefulStep(40), calls: [{ args: { path: 'new' }, result: words(90), told: [{ signal: 'editRevert', value, steps: [1, 3], hard }] }] });
    expect(judge([...useful(2), own(0.5, false)]).at(-1)).toMatchObject({ verdict: 'ok', hard: false });
    expect(judge([...useful(2), own(1, true)]).at(-1)).toMatchObject({ verdict: 'overacting', hard: true, reasons: [{ signal: 'editRevert', value: 1, steps: [1, 3] }] });
  });

  it.each([2, 3, 4, 5])('names a cycle of %d calls once it has gone round', (period) => {
    const round = Array.from({ length: period }, (_, i) => call({ path: `f${i}` }, { result: words(300 + i) }));
    const reports = judge([...useful(8), ...round, ...round, ...round]);
    const found = reports.find(({ hard }) => hard)!;
    expect(found).toMatchObject({ step: 8 + Math.min(12, 3 * period), verdict: 'overacting' });
    expect(found.reasons.map(({ signal }) => signal)).toContain('cycle');
  });

  it('names three like errors, but not the surroundings’ errors', () => {
    const failing = (i: number, error: 'agent' | 'infra'): MadeUp => call({ path: `gone${i}` }, { result: 'no such file', error });
    expect(judge([...useful(8), ...[1, 2, 3].map((i) => failing(i, 'agent'))]).at(-1)).toMatchObject({ verdict: 'overacting', hard: true, reasons: expect.arrayContaining([expect.objectContaining({ signal: 'errorStreak', steps: [9, 10, 11] })]) });
    expect(firstAlarm(judge([...useful(8), ...repeat(failing(1, 'infra'), 20), ...useful(4, 30)]))).toBeNull();
  });

  it('names degenerate text at once', () => {
    expect(judge([{ degenerate: true }])[0]).toMatchObject({ verdict: 'degenerate', hard: true });
  });

  it('blames the harness where the same call comes from a prompt that never grows', () => {
    expect(judge(repeat({ ...same, promptTokens: 300 }, 3)).at(-1)).toMatchObject({ verdict: 'harness_fault', hard: true });
  });
});

describe('soft verdicts', () => {
  it('calls restated thoughts without news overthinking, after they have gone on', () => {
    const run = [...useful(8), ...Array.from({ length: 14 }, (_, i): MadeUp => ({ thinking: `${words(7)} ${i}`, calls: [{ args: { path: `src/part${i % 7}.ts` }, result: words(i % 7) }] }))];
    const reports = judge(run);
    const alarm = reports.find(({ verdict }) => verdict === 'overthinking' || verdict === 'overacting')!;
    expect(alarm.step).toBeGreaterThan(10);
    expect(alarm.hard).toBe(false);
    expect(reports.find(({ step }) => step === alarm.step - 1)!.verdict).toBe('suspect');
  });

  it('calls a monologue overthinking', () => {
    const reports = judge([...useful(4), ...Array.from({ length: 20 }, (_, i): MadeUp => ({ text: words(50 + i) + words(3, 10) }))]);
    expect(reports.find(({ verdict }) => verdict === 'overthinking')!.reasons.map(({ signal }) => signal)).toContain('monologue');
  });

  it('counts long thinking only while nothing comes of it', () => {
    const long = (i: number): MadeUp => ({ ...usefulStep(i), thinkingTokens: 900 });
    expect(firstAlarm(judge([...useful(8), ...Array.from({ length: 12 }, (_, i) => long(20 + i))]))).toBeNull();
    const idle = Array.from({ length: 20 }, (_, i): MadeUp => ({ thinkingTokens: 900, thinking: words(60 + i) }));
    expect(judge([...useful(8), ...idle]).some(({ verdict }) => verdict === 'overthinking')).toBe(true);
  });

  it('calls near repeats without news overacting in the end, never before step 8', () => {
    const near = (i: number): MadeUp => call({ command: `pytest -x tests/unit/core/test_models.py -k ${words(2, 60)} --maxfail ${i}` }, { tool: 'run', kind: 'exec', result: words(3) });
    const reports = judge(Array.from({ length: 24 }, (_, i) => near(i)));
    const alarm = reports.find(({ verdict }) => verdict === 'overacting')!;
    expect(alarm.step).toBeGreaterThanOrEqual(8);
    expect(alarm.reasons.map(({ signal }) => signal)).toContain('nearRepeat');
  });

  it('needs few tools to be no sign: entropy counts from four tools on, and only without news', () => {
    const stale = Array.from({ length: 30 }, (_, i): MadeUp => call({ path: `f${i}` }, { result: words(1) }));
    const named = (config: object): boolean => judge([...useful(2), ...stale], config).some(({ reasons }) => reasons.some(({ signal }) => signal === 'toolEntropy'));
    expect(named({ toolCount: 2 })).toBe(false);
    expect(named({ toolCount: 8 })).toBe(true);
    expect(firstAlarm(judge(useful(40), { toolCount: 8 }))).toBeNull();
  });

  it('notices a state that comes back, and output that is malformed, without an alarm from either alone', () => {
    const undone = judge([...useful(8), { state: 'a' }, { state: 'b' }, { state: 'a' }]);
    expect(firstAlarm(undone)).toBeNull();
    expect(firstAlarm(judge(useful(12).map((step) => ({ ...step, malformed: true }))))).toBeNull();
  });

  it('says so where a change is delivered untried', () => {
    const exec = call({ command: 'test' }, { tool: 'run', kind: 'exec', result: words(1) });
    const edit = call({ path: 'a' }, { tool: 'edit', kind: 'mutate', result: words(2) });
    const end: MadeUp = { ...call({}, { tool: 'finish', kind: 'finish', result: '' }), finished: true };
    expect(judge([exec, edit, end]).at(-1)!.verdict).toBe('premature_finish');
    expect(judge([exec, edit, exec, end]).at(-1)!.verdict).toBe('ok');
    expect(judge([edit, end]).at(-1)!.verdict).toBe('ok');
  });
});

describe('what is no drift', () => {
  it.each<[string, MadeUp[]]>([
    ['useful work', useful(60)],
    ['a batch over many files with one tool', Array.from({ length: 60 }, (_, i) => call({ path: `data/file${i}.csv` }, { result: words(i) }))],
    ['slow polling by an exempt tool', Array.from({ length: 40 }, () => call({ id: 1 }, { tool: 'job_status', kind: 'read', result: 'running', exempt: true, gain: 0 }))],
    ['polling between useful steps', useful(40).flatMap((step) => [step, call({ id: 1 }, { tool: 'job_status', result: 'running', exempt: true, gain: 0 })])],
    ['edit and test, again and again', Array.from({ length: 40 }, (_, i) => (i % 2 ? call({ command: 'npm test' }, { tool: 'run', kind: 'exec', result: `${40 - i} of 40 failed: ${words(i)}` , }) : call({ path: 'a.ts', text: words(i) }, { tool: 'edit', kind: 'mutate', result: 'ok' }))).map((step, i) => ({ ...step, state: `s${Math.floor(i / 2)}` }))],
    ['the same test after each edit, failing alike', Array.from({ length: 24 }, (_, i) => ({ ...(i % 2 ? call({ command: 'npm test' }, { tool: 'run', kind: 'exec', result: '1 failed' }) : call({ path: 'a.ts', text: words(i) }, { tool: 'edit', kind: 'mutate', result: 'ok' })), state: `s${Math.floor(i / 2)}` }))],
    ['the same command where each time changes the world', Array.from({ length: 30 }, (_, i) => ({ ...call({ hours: 1 }, { tool: 'advance_time', kind: 'mutate', result: 'ok' }), state: `hour${i}` }))],
    ['a batch of changes to many items', [...useful(8), ...Array.from({ length: 24 }, (_, i) => ({ ...call({ item: words(i, 4), note: words(i + 90, 8) }, { tool: 'update_entry', kind: 'mutate', result: 'ok' }), state: `entry${i}` }))]],
    ['two tries', [...useful(8), same, same, ...useful(8, 20)]],
    ['answers in JSON of one shape', useful(20).map((step, i) => ({ ...step, thinking: '', text: JSON.stringify({ action: 'read', reason: words(200 + i, 8), confidence: 0.5, path: `a${i}`, next: 'search', then: 'answer', state: 'open', kind: 'plain', sure: 'no' }) }))],
  ])('%s gives no alarm', (_name, run) => {
    expect(firstAlarm(judge(run, { toolCount: 6 }))).toBeNull();
  });
});
