import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import type { AgentImplementation } from '#activities';
import { probe } from '#agents/probe/activities/index';
import { type AgentContract, type RunRef } from '#contracts';
import type { ScriptedRequest } from '#models/scripted';
import { readCalls, withTx } from '#store';
import { checkRun } from '#test/harness/check-run';
import { LoopStack } from '#test/harness/loop-stack';
import { SUMMARY_SYSTEM } from './summarize.js';
import { readBranch } from './window.js';

jest.setTimeout(90_000);

const CONTEXT = 2_048;
const STEPS = 50;
const CODE = 'FACT the vault code is 7741-quartz';
const SEAL = 'the seal of the harbour shows a cobalt heron';
const DATE = 'The ledger closes on 14 March.';
const WORDS = 'Never write to the north archive.';

/** Reads one note a step; some of them hold facts, all of them are long. */
const contract: AgentContract = {
  ...probe.contract,
  name: 'keeper',
  input: z.object({}).loose(),
  tools: [{ name: 'look', description: 'Reads a note.', kind: 'read', effect: 'read', parameters: z.object({ n: z.int() }), timeoutMs: 30_000, exempt: true }, ...probe.contract.tools],
  sampling: { maxTokens: 256 },
  drift: { ...probe.contract.drift, enabled: false },
  memory: {},
};
const note = (n: number): string => `note ${n}: ${n === 2 ? CODE : n === 5 ? SEAL : ''} ${Array.from({ length: 60 }, (_, i) => ((n * 7_919 + i * 104_729) % 99_991).toString(36)).join(' ')}`;
const keeper: AgentImplementation = {
  ...probe,
  contract,
  prepareTurn: async (ctx) => ({ system: 'You keep the archive.', turn: [{ role: 'user', content: ctx.step === STEPS ? `Step ${ctx.step}. What does the harbour's seal show?` : `Step ${ctx.step}.` }], history: 'branch', tools: [{ name: 'look', description: 'Reads a note.', parameters: {} }] }),
  tools: { ...probe.tools, look: async (_ctx, args) => ({ content: note((args as { n: number }).n), state: { done: 1 } }) },
};

describe('a run that outgrows its window', () => {
  let stack: LoopStack;
  const asked: { step: number; request: ScriptedRequest }[] = [];
  let summaries = 0;
  beforeAll(async () => {
    stack = await LoopStack.start({ contextTokens: CONTEXT, agents: new Map([['keeper', keeper]]) });
    stack.script = (request) => {
      const last = request.messages.at(-1)!.content;
      // The model tells in short what was marked as a fact, and nothing else.
      if (request.messages[0]!.content === SUMMARY_SYSTEM) return { content: `${++summaries}. ${[...new Set(last.match(/FACT [^\n.]*?quartz/g) ?? [])].join('. ')}` };
      const step = Number(/Step (\d+)/.exec(last)?.[1]);
      asked.push({ step, request });
      if (step === 3) return { content: 'kept', toolCalls: [{ name: 'remember', args: { fact: DATE } }] };
      if (step === 30) return { content: 'again', toolCalls: [{ name: 'reopen', args: { step: 5, call: 0 } }] };
      if (step >= STEPS) return { content: 'over', toolCalls: [{ name: 'done', args: {} }] };
      return { content: `reading ${step}`, toolCalls: [{ name: 'look', args: { n: step } }] };
    };
  });
  afterAll(() => stack?.stop());

  let ref: RunRef;
  const promptAt = (step: number): string => asked.find((a) => a.step === step)!.request.messages.map((m) => m.content).join('\n');
  const compactions = async (): Promise<{ step: number; kind: string }[]> => {
    const calls = await withTx(stack.pool, ref.tenantId, (tx) => tx.query<{ step: number; kind: string }>(`select step, outcome->'result'->>'kind' as kind from ledger where run_id = $1 and tool = 'compaction' order by step`, [ref.runId]));
    return calls.rows;
  };

  it('goes on to its end within the window, by steps that make room, and is sound', async () => {
    ref = await stack.startRun({ steps: 1 }, { agent: 'keeper', model: 'scripted' });
    await stack.untilStep(ref, 4);
    await stack.ask(ref, 'message', WORDS);
    await stack.untilStatus(ref, 'completed', 60_000);
    const made = await compactions();
    expect(made.map((m) => m.kind)).toEqual(expect.arrayContaining(['mask', 'summary']));
    expect(made.every((m) => m.kind !== 'none')).toBe(true);
    const checked = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(checked.branch).toEqual(expect.arrayContaining(made.map((m) => m.step)));
  });

  it('knows what was planted: in the summary, by what was pinned, by what people said, and by words that no summary has', () => {
    const last = promptAt(STEPS);
    expect(last).toContain('7741-quartz');
    expect(last).toContain(DATE);
    expect(last).toContain(WORDS);
    expect(last).toContain('cobalt heron');
    expect(last).not.toContain(note(2));
  });

  it('shows results whole while they are fresh, then by a reference that reopens them', async () => {
    expect(promptAt(7)).toContain(note(6).slice(0, 60));
    expect(asked.some((a) => a.request.messages.some((m) => m.content.includes('Call reopen with step')))).toBe(true);
    expect(promptAt(asked.find((a) => a.step > 30)!.step)).toContain(SEAL);
    const [call] = await withTx(stack.pool, ref.tenantId, (tx) => readCalls(tx, ref, [30]));
    expect(call).toMatchObject({ tool: 'reopen', state: 'done' });
  });

  it('is as it was before a compaction, where the branch is taken from there', async () => {
    const [first] = await compactions();
    const before = await withTx(stack.pool, ref.tenantId, (tx) => readBranch(tx, ref, first!.step - 1, 1e6));
    const after = await withTx(stack.pool, ref.tenantId, (tx) => readBranch(tx, ref, first!.step, 1e6));
    expect(before.memory).toBeUndefined();
    expect(before.messages.map((m) => m.message.content)).toContain(note(2));
    expect(after.memory?.step).toBe(first!.step);
  });

  it('learns how the runtime counts', async () => {
    const { rows } = await withTx(stack.pool, ref.tenantId, (tx) => tx.query<{ model: string; ratio: number }>('select model, ratio from token_ratios'));
    expect(rows).toEqual([{ model: 'scripted', ratio: expect.any(Number) }]);
    expect(rows[0]!.ratio).not.toBe(1);
  });
});
