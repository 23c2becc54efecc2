import { describe, expect, it } from '@jest/globals';
import type { CompactOutcome, DriftReport, InboxOutcome, LadderRung, ModelOutcome, RunPlan, ToolOutcome } from '#contracts';
import { initialState, type LoopEnd, type LoopPorts, PortFailure, runLoop } from './index.js';

const LIMITS = { maxSteps: 50, maxTokens: 1_000_000, maxSeconds: 1_000 };
const plan = (over: Partial<RunPlan> = {}): RunPlan => ({
  agent: 'probe', agentVersion: '1', model: 'm', modelQueue: 'q', limits: LIMITS,
  drift: { enabled: true, cooldown: 0, maxEpisodes: 10, mayAsk: true, holdout: 0 },
  maxAttempts: 3, priority: 'interactive', startedAtMs: 0, nextStep: 1, headStep: 0, tokensUsed: 0, unread: 0, ...over,
});
const ok = (step: number): DriftReport => ({ step, overthinking: 0, overacting: 0, verdict: 'ok', hard: false, reasons: [] });
const drifted = (step: number): DriftReport => ({ step, overthinking: 0, overacting: 0.95, verdict: 'overacting', hard: true, reasons: [{ signal: 'exactRepeat', value: 1, steps: [step - 2, step - 1, step] }] });

type Script = {
  model?: (call: { step: number; attempt: number; parent: number; again?: boolean | undefined }) => ModelOutcome | Error;
  tool?: (call: { step: number; attempt: number; call: number }) => ToolOutcome;
  inbox?: InboxOutcome[];
  finish?: { closed: boolean; unread: number }[];
  wakes?: boolean[];
  compacts?: CompactOutcome['kind'][];
  continueAt?: number;
  seconds?: () => number;
};

/** Ports that follow a script and write down what the loop asked of them. */
function ports(script: Script): LoopPorts & { log: string[] } {
  const log: string[] = [];
  let wake = false;
  const inbox = [...(script.inbox ?? [])];
  const finishes = [...(script.finish ?? [])];
  return {
    log,
    callModel: async (c) => {
      log.push(`model ${c.step}.${c.attempt}<${c.parent}${c.steering ? ` ${c.steering.rung}` : ''}${c.again ? ' again' : ''}${c.gated ? ' gated' : ''}${c.role ? ` ${c.role}` : ''}${c.judged ? ` judged ${c.judged}` : ''}`);
      const out = script.model?.(c) ?? { kind: 'calls', calls: [{ call: 0, tool: 't', effect: 'read', timeoutMs: 1 }], tokens: 10, unread: 0 };
      if (out instanceof Error) throw out;
      return out;
    },
    callTool: async (c) => {
      log.push(`tool ${c.step}.${c.attempt}.${c.call}${c.last ? ' last' : ''}`);
      return script.tool?.(c) ?? { kind: 'closed', end: { report: ok(c.step), finished: c.step === 3, unread: 0 } };
    },
    abandonStep: async (s) => void log.push(`abandon ${s.step} ${s.code}`),
    applyInbox: async (i) => {
      log.push(`inbox ${i.step}`);
      return inbox.shift() ?? { paused: false, cancel: false, messages: 0, limits: LIMITS };
    },
    askPerson: async (a) => void log.push(`ask ${a.steering.step}`),
    finishRun: async (f) => {
      log.push(`finish ${f.status} ${f.code ?? '-'}${f.steering ? ` ${f.steering.rung}` : ''}`);
      return finishes.shift() ?? { closed: true, unread: 0 };
    },
    compact: async (c) => {
      log.push(`compact ${c.step}<${c.parent}${c.mask ? ' mask' : ''}`);
      return { kind: script.compacts?.shift() ?? 'none', tokens: 0, unread: 0 };
    },
    mayCompact: () => script.compacts !== undefined,
    askJudge: ({ step }) => void log.push(`judge ${step}`),
    wakePending: () => wake || (script.wakes?.shift() ?? false),
    clearWake: () => void (wake = false),
    waitForWake: async () => {
      log.push('wait');
      return true;
    },
    elapsedSeconds: () => script.seconds?.() ?? 0,
    shouldContinueAsNew: () => script.continueAt !== undefined && log.filter((l) => l.startsWith('model')).length >= script.continueAt,
    showProgress: () => undefined,
  };
}

const run = async (script: Script, over: Partial<RunPlan> = {}): Promise<{ end: LoopEnd; log: string[] }> => {
  const p = ports(script);
  return { end: await runLoop(initialState(plan(over)), p), log: p.log };
};

describe('a judge', () => {
  const judged = { drift: { ...plan().drift, judge: { fromStep: 2, suspects: 2 } }, judgeQueue: 'j' };
  const toStep = (last: number, report: (step: number) => DriftReport = ok, judgeTokens?: number): Script => ({
    tool: (c) => ({ kind: 'closed', end: { report: report(c.step), finished: c.step === last, unread: 0, ...(judgeTokens !== undefined && c.step === 4 ? { judgeTokens } : {}) } }),
  });
  const read: DriftReport['judge'] = { step: 2, label: 'calibrated', confidence: 0.5, confirmed: false, alone: false };

  it('is asked and not waited for; each step that closes looks for what it said, until it was read', async () => {
    const { log, end } = await run(toStep(6, (step) => ({ ...ok(step), ...(step === 4 ? { judge: read } : {}) })), judged);
    expect(end).toEqual({ kind: 'ended', status: 'completed' });
    expect(log.filter((l) => !l.startsWith('tool'))).toEqual(['model 1.1<0', 'model 2.1<1', 'judge 2', 'model 3.1<2 judged 2', 'model 4.1<3 judged 2', 'model 5.1<4', 'model 6.1<5', 'finish completed -']);
  });

  it('counts towards the limit of tokens, and its verdict on steps that were left is nobody’s', async () => {
    const counted = await run(toStep(9, (step) => ({ ...ok(step), ...(step === 4 ? { judge: read } : {}) }), 1_000), { ...judged, limits: { ...LIMITS, maxTokens: 1_000 } });
    expect(counted.log.at(-1)).toBe('finish limit_reached limit_reached');
    const left = await run(toStep(5, (step) => (step === 4 ? { ...drifted(4), reasons: [{ signal: 'exactRepeat', value: 1, steps: [1, 3, 4] }] } : ok(step))), { ...judged, drift: { ...judged.drift, ladder: { overacting: [{ rung: 'rewind' }] } } });
    expect(left.log.filter((l) => l.startsWith('model'))).toEqual(['model 1.1<0', 'model 2.1<1', 'model 3.1<2 judged 2', 'model 4.1<3 judged 2', 'model 5.1<1 rewind']);
  });

  it('is asked by nobody where the plan names no queue for it', async () => {
    const { log } = await run(toStep(6), { drift: judged.drift });
    expect(log.some((l) => l.includes('judge'))).toBe(false);
  });
});

describe('runLoop', () => {
  it('goes from step to step, each on the one before, and finishes', async () => {
    const { end, log } = await run({});
    expect(end).toEqual({ kind: 'ended', status: 'completed' });
    expect(log).toEqual(['model 1.1<0', 'tool 1.1.0 last', 'model 2.1<1', 'tool 2.1.0 last', 'model 3.1<2', 'tool 3.1.0 last', 'finish completed -']);
  });

  it('asks nothing of the inbox while nobody wants anything', async () => {
    const { log } = await run({});
    expect(log.some((l) => l.startsWith('inbox'))).toBe(false);
  });

  it('tries a refused turn again and goes on', async () => {
    const { log } = await run({ tool: (c) => (c.step === 1 && c.attempt === 1 ? { kind: 'rejected', code: 'evidence_missing', unread: 0 } : { kind: 'closed', end: { report: ok(c.step), finished: true, unread: 0 } }) });
    expect(log).toEqual(['model 1.1<0', 'tool 1.1.0 last', 'model 1.2<0', 'tool 1.2.0 last', 'finish completed -']);
  });

  it('fails with the last reason once the attempts are used up, leaving no step open', async () => {
    const { end, log } = await run({ model: () => ({ kind: 'rejected', code: 'output_invalid', tokens: 1, unread: 0 }) });
    expect(end).toEqual({ kind: 'ended', status: 'failed' });
    expect(log).toEqual(['model 1.1<0', 'model 1.2<0', 'model 1.3<0', 'abandon 1 output_invalid', 'finish failed output_invalid']);
  });

  it('fails at once where a tool says that nothing helps', async () => {
    const { log } = await run({ tool: () => ({ kind: 'failed', code: 'corpus_empty', unread: 0 }) });
    expect(log).toEqual(['model 1.1<0', 'tool 1.1.0 last', 'abandon 1 corpus_empty', 'finish failed corpus_empty']);
  });

  it('ends with the code of a port that failed for good', async () => {
    const { log } = await run({ model: () => new PortFailure('context_too_small') });
    expect(log.slice(-2)).toEqual(['abandon 1 context_too_small', 'finish failed context_too_small']);
  });

  it('goes on in a new execution only where nothing is in flight, and carries its numbers', async () => {
    const { end } = await run({ continueAt: 2 });
    expect(end).toMatchObject({ kind: 'continue', state: { nextStep: 3, head: 2, tokens: 20 } });
  });

  it('keeps a wake that came just before the new execution', async () => {
    const { end } = await run({ continueAt: 0, wakes: [true] });
    expect(end).toMatchObject({ kind: 'continue', state: { unread: 1 } });
  });

  it('waits while paused, and goes on from the same step', async () => {
    const { log } = await run({ inbox: [{ paused: true, cancel: false, messages: 0, limits: LIMITS }, { paused: false, cancel: false, messages: 0, limits: LIMITS }] }, { unread: 1 });
    expect(log.slice(0, 4)).toEqual(['inbox 1', 'wait', 'inbox 1', 'model 1.1<0']);
  });

  it('cancels between steps', async () => {
    const { end } = await run({ inbox: [{ paused: false, cancel: true, messages: 0, limits: LIMITS }] }, { unread: 1 });
    expect(end).toEqual({ kind: 'ended', status: 'cancelled' });
  });

  it('sees to the inbox while the runtime is down, then tries the same step again', async () => {
    let down = true;
    const { log } = await run({
      model: (c) => {
        if (!down) return { kind: 'closed', tokens: 1, end: { report: ok(c.step), finished: true, unread: 0 } };
        down = false;
        return { kind: 'interrupted', tokens: 0, unread: 1 };
      },
    });
    expect(log).toEqual(['model 1.1<0', 'inbox 1', 'model 1.1<0 again', 'finish completed -']);
  });

  it('takes up the attempt that was interrupted, not the first one', async () => {
    let calls = 0;
    const { log } = await run({
      model: (c) => {
        if (++calls === 1) return { kind: 'rejected', code: 'output_invalid', tokens: 1, unread: 0 };
        if (calls === 2) return { kind: 'interrupted', tokens: 0, unread: 1 };
        return { kind: 'closed', tokens: 1, end: { report: ok(c.step), finished: true, unread: 0 } };
      },
    });
    expect(log).toEqual(['model 1.1<0', 'model 1.2<0', 'inbox 1', 'model 1.2<0 again', 'finish completed -']);
  });

  it('waits on where a wait was shorter than the time that is left', async () => {
    let seconds = 0;
    const paused = { paused: true, cancel: false, messages: 0, limits: { ...LIMITS, maxSeconds: 200 } };
    const { end, log } = await run({ inbox: [paused, paused, paused], wakes: [true], seconds: () => (seconds += 80) });
    expect(end).toEqual({ kind: 'ended', status: 'limit_reached' });
    expect(log).toEqual(['inbox 1', 'wait', 'inbox 1', 'wait', 'inbox 1', 'finish limit_reached limit_reached']);
  });

  it('does not end while somebody’s words are unread', async () => {
    const { log } = await run({ finish: [{ closed: false, unread: 1 }] });
    expect(log.slice(6)).toEqual(['finish completed -', 'inbox 4', 'model 4.1<3', 'tool 4.1.0 last', 'model 5.1<4', ...log.slice(11)]);
  });

  it.each([
    ['steps', { maxSteps: 2 }],
    ['tokens', { maxTokens: 20 }],
  ])('stops as limit_reached when its %s are used up', async (_name, limits) => {
    const { end, log } = await run({ tool: (c) => ({ kind: 'closed', end: { report: ok(c.step), finished: false, unread: 0 } }) }, { limits: { ...LIMITS, ...limits } });
    expect(end).toEqual({ kind: 'ended', status: 'limit_reached' });
    expect(log.filter((l) => l.startsWith('model'))).toHaveLength(2);
  });

  it('climbs the ladder while the drift goes on, never using a step number twice', async () => {
    const { end, log } = await run({ tool: (c) => ({ kind: 'closed', end: { report: c.step < 4 ? ok(c.step) : drifted(c.step), finished: false, unread: 0 } }) }, { drift: { enabled: true, cooldown: 0, maxEpisodes: 4, mayAsk: false, holdout: 0 } });
    expect(end).toEqual({ kind: 'ended', status: 'drift_stopped' });
    const models = log.filter((l) => l.startsWith('model')).map((l) => Number(/model (\d+)/.exec(l)![1]));
    expect(models).toEqual([...new Set(models)]);
    expect(log.some((l) => l.includes('rewind'))).toBe(true);
  });

  it('hangs the step after a rewind on the last good one', async () => {
    const { log } = await run({ tool: (c) => ({ kind: 'closed', end: { report: c.step < 4 ? ok(c.step) : drifted(c.step), finished: c.step > 20, unread: 0 } }) }, { drift: { enabled: true, cooldown: 0, maxEpisodes: 4, mayAsk: false, holdout: 0 } });
    const rewind = log.find((l) => l.includes('rewind'))!;
    expect(rewind).toMatch(/<3 rewind$/);
  });

  it('asks a person at the end of the ladder and goes on with the answer', async () => {
    const { log } = await run(
      { tool: (c) => ({ kind: 'closed', end: { report: drifted(c.step), finished: c.step > 40, unread: 0 } }), inbox: [{ paused: false, cancel: false, messages: 0, limits: LIMITS }, { paused: false, cancel: false, messages: 1, limits: LIMITS }] },
      { drift: { enabled: true, cooldown: 0, maxEpisodes: 1, mayAsk: true, holdout: 0 } },
    );
    const asked = log.findIndex((l) => l.startsWith('ask'));
    expect(asked).toBeGreaterThan(0);
    expect(log.slice(asked + 1, asked + 4)).toEqual([expect.stringMatching(/^inbox/), 'wait', expect.stringMatching(/^inbox/)]);
  });

  describe('the ladder’s rungs', () => {
    const only = (rung: LadderRung): Partial<RunPlan> => ({ drift: { enabled: true, cooldown: 0, maxEpisodes: 1, mayAsk: false, holdout: 0, ladder: { overacting: [rung] } } });
    const once: Script = { tool: (c) => ({ kind: 'closed', end: { report: c.step === 6 ? drifted(c.step) : ok(c.step), finished: c.step >= 11, unread: 0 } }) };
    const turns = (log: string[]): string[] => log.filter((l) => l.startsWith('model')).map((l) => l.slice('model '.length));

    it('gate_tools: so many turns are offered less, then all again', async () => {
      const { log } = await run(once, only({ rung: 'gate_tools', turns: 2 }));
      expect(turns(log).slice(5)).toEqual(['6.1<5', '7.1<6 gate_tools gated', '8.1<7 gated', '9.1<8', '10.1<9', '11.1<10']);
    });

    it('compact: a step of its own masks, whether or not room is needed, and the next hangs on it', async () => {
      const { log } = await run({ ...once, compacts: ['mask'] }, only({ rung: 'compact' }));
      expect(log).toContain('compact 7<6 mask');
      expect(turns(log)[6]).toBe('8.1<7 compact');
      expect(log.filter((l) => l.startsWith('compact'))).toHaveLength(1);
    });

    it('compact: goes on where there was nothing to mask', async () => {
      const { log } = await run({ ...once, compacts: ['none'] }, only({ rung: 'compact' }));
      expect(turns(log)[6]).toBe('8.1<6 compact');
    });

    it('escalate: from the checkpoint before the drift, and the larger model stays', async () => {
      const { log } = await run(once, only({ rung: 'escalate' }));
      expect(turns(log).slice(5)).toEqual(['6.1<5', '7.1<4 escalate large', '8.1<7 large', '9.1<8 large', '10.1<9 large', '11.1<10 large']);
    });

    it('rewind: to before the first drifting step, though later ones passed', async () => {
      const late: Script = { ...once, tool: (c) => ({ kind: 'closed', end: { report: c.step === 6 ? { ...drifted(6), reasons: [{ signal: 'errorStreak', value: 1, steps: [4, 5, 6] }] } : ok(c.step), finished: c.step >= 8, unread: 0 } }) };
      expect(turns((await run(late, only({ rung: 'rewind' }))).log)[6]).toBe('7.1<3 rewind');
    });

    it('stop: says what stopped it', async () => {
      const { log } = await run({ tool: (c) => ({ kind: 'closed', end: { report: drifted(c.step), finished: false, unread: 0 } }) }, only({ rung: 'nudge' }));
      expect(log.at(-1)).toBe('finish drift_stopped drift_stopped stop');
    });
  });

  it('asks the same of its ports when run again', async () => {
    const drift = { enabled: true, cooldown: 0, maxEpisodes: 10, mayAsk: false, holdout: 0 };
    const script: Script = { tool: (c) => ({ kind: 'closed', end: { report: c.step % 5 === 0 ? drifted(c.step) : ok(c.step), finished: c.step > 30, unread: 0 } }) };
    expect((await run(script, { drift })).log).toEqual((await run(script, { drift })).log);
  });
});
