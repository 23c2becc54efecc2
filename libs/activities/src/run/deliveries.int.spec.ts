import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChatMessage, ModelCall, ModelOutcome, RunRef, ToolCallInput } from '#contracts';
import { type Script, type ScriptedRuntime, startScriptedRuntime } from '#models/scripted';
import { decideApproval, listApprovals, createPool, endRun, insertInbox, lockRun, type Pool, readHistory, readRun, reopenRun, type Tx, withTx } from '#store';
import { probe } from '#agents/probe/activities/index';
import { checkRun } from '#test/harness/check-run';
import { runDeps } from '#test/harness/run-deps';
import { writeRun } from '#test/harness/start-run';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import type { RunDeps } from './deps.js';
import { abandonStep, applyInbox, finishRun } from './control.js';
import { beginRun } from './begin.js';
import { callModel } from './call-model.js';
import { callTool } from './call-tool.js';
import { recordingFailure } from './failure.js';
import { openTurn } from './open-turn.js';

const NEVER = new AbortController().signal;
const PRINCIPAL = '00000000-0000-7000-8000-000000000002';

/** What Temporal may do to an activity, done by hand: deliver it twice, late, at the same time, or to another worker. */
const EXECUTION = 'execution-1';

describe('deliveries of a run’s activities', () => {
  let database: TestDatabase;
  let pool: Pool;
  let runtime: ScriptedRuntime;
  let script: Script;
  let deps: RunDeps;
  let ref: RunRef;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    runtime = await startScriptedRuntime({ script: (request, n) => (script as Exclude<Script, unknown[]>)(request, n) });
  });
  afterAll(async () => {
    await runtime.stop();
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    script = (_request, n) => ({ content: `turn ${n}`, toolCalls: [{ name: 'read_filler', args: { n } }] });
    deps = runDeps(pool, runtime.url);
    ref = await writeRun(pool, { steps: 3 });
    await beginRun(deps, ref);
  });

  const call = (step: number, attempt = 1, more: Partial<ModelCall> = {}): ModelCall => ({ ...ref, step, attempt, parent: step - 1, ...more });
  const turn = (c: ModelCall, delivery = 1, d = deps): Promise<ModelOutcome> => callModel(d, c, { signal: NEVER, delivery }) as Promise<ModelOutcome>;
  const tool = (step: number, more: Partial<ToolCallInput> = {}, delivery = 1, d = deps) => callTool(d, { ...ref, step, attempt: 1, call: 0, tool: 'read_filler', last: true, ...more }, NEVER, delivery);
  const finish = async (): Promise<void> => {
    await finishRun(deps, { ...ref, status: 'completed', code: null, step: 0 }, EXECUTION);
    await checkRun(pool, ref, { status: 'completed' });
  };
  const say = (text: string) => withTx(pool, ref.tenantId, (tx) => insertInbox(tx, ref, { kind: 'message', body: text, principalId: PRINCIPAL }));

  it('returns the stored outcome of a model call and of a tool call that were finished before', async () => {
    const first = await turn(call(1));
    const calls = runtime.calls;
    expect(await turn(call(1), 2)).toEqual(first);
    expect(runtime.calls).toBe(calls);
    const closed = await tool(1);
    expect(await tool(1, {}, 2)).toEqual(closed);
    expect(await tool(1, {}, 2, runDeps(pool, runtime.url))).toEqual(closed);
    await finish();
  });

  it('counts two deliveries of one model call once, and gives both the outcome of the quicker one', async () => {
    script = async (_request, n) => ({ content: `turn ${n}`, delayMs: n === firstCall ? 300 : 0, toolCalls: [{ name: 'read_filler', args: { n } }] });
    const firstCall = runtime.calls;
    const late = turn(call(1));
    await new Promise((go) => setTimeout(go, 100));
    const quick = await turn(call(1), 2, runDeps(pool, runtime.url));
    expect(await late).toEqual(quick);
    await tool(1);
    await finish();
    const { messages } = await withTx(pool, ref.tenantId, (tx) => readHistory(tx, ref, 1, 1e6));
    expect(messages[0]!.message.content).toBe(`turn ${firstCall + 1}`);
  });

  it('says once that a step began, where Temporal was restored to before its first delivery', async () => {
    await openTurn(deps, call(1), 1);
    await openTurn(deps, call(1), 1);
    const { rows } = await withTx(pool, ref.tenantId, (tx) => tx.query<{ type: string }>(`select type from events where run_id = $1 and step = 1 order by seq`, [ref.runId]));
    expect(rows.map((r) => r.type)).toEqual(['step.started', 'step.attempt_reset']);
    expect((await turn(call(1))).kind).toBe('calls');
    await tool(1);
    await finish();
  });

  describe('the model is asked while the attempt is being opened', () => {
    let asked: ChatMessage[][];
    beforeEach(async () => {
      asked = [];
      script = (request, n) => (asked.push(request.messages as ChatMessage[]), { content: `turn ${n}`, delayMs: 250, toolCalls: [{ name: 'read_filler', args: { n } }] });
      await turn(call(1));
      await tool(1);
    });

    /** Does something to the run while its next turn waits for the run's lock, once the runtime was asked. */
    async function meanwhile(act: (tx: Tx) => Promise<unknown>): Promise<ModelOutcome> {
      let late: Promise<ModelOutcome> | null = null;
      await withTx(pool, ref.tenantId, async (tx) => {
        await lockRun(tx, ref);
        late = turn(call(2));
        late.catch(() => undefined);
        while (asked.length < 2) await new Promise((go) => setTimeout(go, 5));
        await act(tx);
      });
      return late!;
    }
    const rows = async (table: string): Promise<number> => (await withTx(pool, ref.tenantId, (tx) => tx.query(`select 1 from ${table} where run_id = $1 and step = 2`, [ref.runId]))).rowCount!;

    it('takes the answer where the turn is what was expected', async () => {
      expect((await meanwhile(async () => undefined)).kind).toBe('calls');
      expect(asked).toHaveLength(2);
      await tool(2);
      await finish();
    });

    it('drops the answer where the step took up somebody’s words, and asks with them', async () => {
      await say('look again');
      await applyInbox(deps, { ...ref, step: 2 });
      const answered = await turn(call(2));
      expect(answered.kind).toBe('calls');
      expect(asked.map((messages) => messages.some((m) => m.content === 'look again'))).toEqual([false, false, true]);
      const { messages } = await withTx(pool, ref.tenantId, (tx) => readHistory(tx, ref, 1, 1e6));
      expect(messages).toHaveLength(2);
      await tool(2);
      await finish();
    });

    it('writes nothing where the run ended meanwhile', async () => {
      const late = meanwhile(async (tx) => {
        // Long enough for a first piece of the answer to be due.
        await new Promise((go) => setTimeout(go, 200));
        await endRun(tx, ref, { status: 'cancelled', reason: null });
      });
      await expect(late).rejects.toMatchObject({ code: 'attempt_closed' });
      expect([await rows('steps'), await rows('messages'), await rows('stream_chunks')]).toEqual([0, 0, 0]);
    });
  });

  it('counts two deliveries of one tool call once', async () => {
    await turn(call(1));
    const [a, b] = await Promise.all([tool(1), tool(1, {}, 2, runDeps(pool, runtime.url))]);
    expect(a).toEqual(b);
    await finish();
  });

  it('makes no call of effect `once` a second time where nobody knows whether it took effect, and asks a person', async () => {
    let made = 0;
    const contract = { ...probe.contract, tools: probe.contract.tools.map((t) => (t.name === 'read_filler' ? { ...t, effect: 'once' as const } : t)) };
    const dies = { ...probe, contract, tools: { ...probe.tools, read_filler: async () => { made++; throw new Error('the process dies here'); } } };
    deps = runDeps(pool, runtime.url, { agents: new Map([['probe', dies]]) });
    await turn(call(1));
    await expect(tool(1)).rejects.toThrow('dies');
    expect((await tool(1, {}, 2)).kind).toBe('waiting');
    expect((await tool(1, {}, 2)).kind).toBe('waiting');
    const [doubt] = await withTx(pool, ref.tenantId, (tx) => listApprovals(tx, ref));
    expect(doubt).toMatchObject({ kind: 'doubt', tool: 'read_filler', status: 'pending' });
    await withTx(pool, ref.tenantId, (tx) => decideApproval(tx, ref.tenantId, doubt!.approval_id, { status: 'denied', decidedBy: null }));
    expect((await tool(1, {}, 2)).kind).toBe('closed');
    expect(made).toBe(1);
    const { messages } = await withTx(pool, ref.tenantId, (tx) => readHistory(tx, ref, 1, 1e6));
    expect(messages.at(-1)!.message.content).toContain('not made again');
    await finish();
  });

  it('makes a call of effect `once` again with a person’s leave, once for each leave', async () => {
    let made = 0;
    const contract = { ...probe.contract, tools: probe.contract.tools.map((t) => (t.name === 'read_filler' ? { ...t, effect: 'once' as const } : t)) };
    const dies = { ...probe, contract, tools: { ...probe.tools, read_filler: async () => { if (++made < 3) throw new Error('the process dies here'); return { content: 'done' }; } } };
    deps = runDeps(pool, runtime.url, { agents: new Map([['probe', dies]]) });
    await turn(call(1));
    await expect(tool(1)).rejects.toThrow('dies');
    const leave = async (): Promise<void> => {
      expect((await tool(1, {}, 2)).kind).toBe('waiting');
      const open = (await withTx(pool, ref.tenantId, (tx) => listApprovals(tx, ref))).find((a) => a.status === 'pending');
      await withTx(pool, ref.tenantId, (tx) => decideApproval(tx, ref.tenantId, open!.approval_id, { status: 'approved', decidedBy: null }));
    };
    await leave();
    await expect(tool(1, {}, 2)).rejects.toThrow('dies');
    await leave();
    expect((await tool(1, {}, 2)).kind).toBe('closed');
    expect(made).toBe(3);
    await finish();
  });

  it('looks an interrupted call of effect `once` up where the agent can, and asks nobody', async () => {
    let made = 0;
    const contract = { ...probe.contract, tools: probe.contract.tools.map((t) => (t.name === 'read_filler' ? { ...t, effect: 'once' as const } : t)) };
    const dies = { ...probe, contract, reconcile: { read_filler: async () => ({ content: 'it was done' }) }, tools: { ...probe.tools, read_filler: async () => { made++; throw new Error('the process dies here'); } } };
    deps = runDeps(pool, runtime.url, { agents: new Map([['probe', dies]]) });
    await turn(call(1));
    await expect(tool(1)).rejects.toThrow('dies');
    expect((await tool(1, {}, 2)).kind).toBe('closed');
    expect(made).toBe(1);
    expect(await withTx(pool, ref.tenantId, (tx) => listApprovals(tx, ref))).toEqual([]);
    await finish();
  });

  it('refuses what comes late from an attempt that is closed', async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((open) => (go = open));
    const firstCall = runtime.calls;
    script = async (_request, n) => {
      if (n === firstCall) await gate;
      return { content: `turn ${n}`, toolCalls: [{ name: 'read_filler', args: { n } }] };
    };
    const late = turn(call(1));
    await untilCalls(runtime, firstCall + 1);
    await turn(call(1, 2));
    go();
    await expect(late).rejects.toMatchObject({ code: 'attempt_closed' });
    await expect(tool(1)).rejects.toMatchObject({ code: 'attempt_closed' });
    await tool(1, { attempt: 2 });
    await finish();
  });

  it('refuses what comes late of a run that has ended, and opens no step in it', async () => {
    await turn(call(1));
    await finishRun(deps, { ...ref, status: 'cancelled', code: null, step: 0 }, EXECUTION);
    await expect(tool(1)).rejects.toMatchObject({ code: 'attempt_closed' });
    await expect(turn(call(2, 1, { parent: 0 }))).rejects.toMatchObject({ code: 'attempt_closed' });
    await expect(beginRun(deps, ref)).rejects.toMatchObject({ code: 'run_ended' });
    await checkRun(pool, ref, { status: 'cancelled' });
  });

  it('does not let an earlier execution’s late end close a run that was resumed', async () => {
    await finishRun(deps, { ...ref, status: 'limit_reached', code: 'limit_reached', step: 1 }, EXECUTION);
    await withTx(pool, ref.tenantId, (tx) => tx.query(`update runs set status = 'queued', ended_at = null where run_id = $1`, [ref.runId]));
    expect(await finishRun(deps, { ...ref, status: 'limit_reached', code: 'limit_reached', step: 1 }, EXECUTION)).toEqual({ closed: true, unread: 0 });
    expect((await withTx(pool, ref.tenantId, (tx) => readRun(tx, ref)))!.status).toBe('queued');
  });

  it('opens an attempt again whose opening was lost with Postgres', async () => {
    script = async (_request, n) => {
      if (n === lost) await forget();
      return { content: `turn ${n}`, toolCalls: [{ name: 'read_filler', args: { n } }] };
    };
    const lost = runtime.calls;
    // What a crash takes: the newest transaction that did not wait for the disk.
    const forget = () => withTx(pool, ref.tenantId, async (tx) => {
      await tx.query(`delete from events where run_id = $1 and type = 'step.started'`, [ref.runId]);
      await tx.query(`delete from steps where run_id = $1`, [ref.runId]);
      await tx.query(`update run_heads set event_seq = event_seq - 1, next_step = 1 where run_id = $1`, [ref.runId]);
    });
    await expect(turn(call(1))).rejects.toMatchObject({ code: 'internal', retryable: true });
    expect((await turn(call(1), 2)).kind).toBe('calls');
    await tool(1);
    await finish();
  });

  it('knows of a call that another worker made: its state and its result are not lost', async () => {
    script = (_request, n) => ({ content: `turn ${n}`, toolCalls: [{ name: 'read_filler', args: { n: 1 } }, { name: 'read_filler', args: { n: 2 } }] });
    const other = runDeps(pool, runtime.url);
    await turn(call(1));
    await tool(1, { last: false }, 1, other);
    await tool(1, { call: 1 });
    await finish();
    const { rows } = await withTx(pool, ref.tenantId, (tx) => tx.query(`select body from contents c join checkpoints k on k.state_hash = c.hash where k.run_id = $1 and k.step = 1`, [ref.runId]));
    expect(rows).toEqual([{ body: '{"done":2}' }]);
    const { rows: steps } = await withTx(pool, ref.tenantId, (tx) => tx.query(`select jsonb_array_length(digest->'calls') as n from steps where run_id = $1`, [ref.runId]));
    expect(steps).toEqual([{ n: 2 }]);
  });

  it('takes people’s words up once, however often the step is tried, and shows them to each try', async () => {
    const asked: ChatMessage[][] = [];
    script = (request, n) => {
      asked.push(request.messages as ChatMessage[]);
      return asked.length === 1 ? { content: 'x', toolCalls: [{ name: 'no_such_tool', args: {} }] } : { content: `turn ${n}`, toolCalls: [{ name: 'read_filler', args: { n } }] };
    };
    await say('look at page nine');
    await applyInbox(deps, { ...ref, step: 1 });
    expect((await turn(call(1))).kind).toBe('rejected');
    await turn(call(1, 2));
    await tool(1, { attempt: 2 });
    expect(asked.map((m) => m.filter((x) => x.content === 'look at page nine').length)).toEqual([1, 1]);
    await turn(call(2), 1, runDeps(pool, runtime.url));
    expect(asked[2]!.filter((x) => x.content === 'look at page nine')).toHaveLength(1);
    await tool(2);
    await finish();
  });

  it('hands words of a step that was given up to the next one', async () => {
    script = () => ({ content: 'x', toolCalls: [{ name: 'no_such_tool', args: {} }] });
    await say('first words');
    await applyInbox(deps, { ...ref, step: 1 });
    await turn(call(1));
    await abandonStep(deps, { ...ref, step: 1, code: 'output_invalid' });
    await abandonStep(deps, { ...ref, step: 1, code: 'output_invalid' });
    let seen = 0;
    script = (request, n) => {
      seen = request.messages.filter((m) => m.content === 'first words').length;
      return { content: '', toolCalls: [{ name: 'read_filler', args: { n } }] };
    };
    await turn(call(2, 1, { parent: 0 }));
    await tool(2);
    expect(seen).toBe(1);
    await finish();
  });

  it('tells the workflow of words that a delivery applied of which it never heard', async () => {
    await say('an answer');
    const first = await applyInbox(deps, { ...ref, step: 1, needsWords: true });
    expect(first.messages).toBe(1);
    expect(await applyInbox(deps, { ...ref, step: 1, needsWords: true })).toEqual(first);
    const { rows } = await withTx(pool, ref.tenantId, (tx) => tx.query(`select 1 from events where run_id = $1 and type = 'message.received'`, [ref.runId]));
    expect(rows).toHaveLength(1);
  });

  it('waits for words again after a pause, where it waited for them before', async () => {
    const ask = (kind: 'pause' | 'resume') => withTx(pool, ref.tenantId, (tx) => insertInbox(tx, ref, { kind, principalId: PRINCIPAL }));
    await ask('pause');
    expect((await applyInbox(deps, { ...ref, step: 1, needsWords: true })).paused).toBe(true);
    await ask('resume');
    expect(await applyInbox(deps, { ...ref, step: 1, needsWords: true })).toMatchObject({ paused: false, messages: 0 });
    expect((await withTx(pool, ref.tenantId, (tx) => readRun(tx, ref)))!.status).toBe('waiting_input');
  });

  it('does not close a run with unread words, and closes it twice only once', async () => {
    await turn(call(1));
    await tool(1);
    await say('wait');
    expect(await finishRun(deps, { ...ref, status: 'completed', code: null, step: 1 }, EXECUTION)).toEqual({ closed: false, unread: 1 });
    await applyInbox(deps, { ...ref, step: 2 });
    await turn(call(2));
    await tool(2);
    await finish();
    expect(await finishRun(deps, { ...ref, status: 'completed', code: null, step: 1 }, EXECUTION)).toEqual({ closed: true, unread: 0 });
    await checkRun(pool, ref, { status: 'completed' });
  });

  it('is not ended again by the late end of an execution before its resume', async () => {
    const end = { ...ref, status: 'limit_reached' as const, code: 'limit_reached' as const, step: 1 };
    await turn(call(1));
    await tool(1);
    await finishRun(deps, end, EXECUTION);
    await withTx(pool, ref.tenantId, (tx) => reopenRun(tx, ref));
    expect(await finishRun(deps, end, EXECUTION)).toEqual({ closed: true, unread: 0 });
    expect((await withTx(pool, ref.tenantId, (tx) => readRun(tx, ref)))!.status).toBe('queued');
    await finishRun(deps, { ...end, status: 'cancelled', code: null }, 'execution-2');
    await checkRun(pool, ref, { status: 'cancelled' });
  });

  it('refuses a turn with more calls than history takes', async () => {
    script = (_request, n) => ({ content: `turn ${n}`, toolCalls: Array.from({ length: 40 }, (_, i) => ({ name: 'read_filler', args: { n: i } })) });
    expect(await turn(call(1))).toMatchObject({ kind: 'rejected', code: 'output_invalid' });
    script = (_request, n) => ({ content: `turn ${n}`, toolCalls: Array.from({ length: 12 }, (_, i) => ({ name: 'read_filler', args: { n: i } })) });
    const outcome = await turn(call(1, 2));
    expect(outcome.kind).toBe('calls');
    expect(JSON.stringify(outcome).length).toBeLessThanOrEqual(1_024);
  });

  it('ends with the words of a failure that no retry mends', async () => {
    deps = runDeps(pool, runtime.url, { contextTokens: 100 });
    const c = call(1);
    await expect(recordingFailure(deps, c, () => turn(c))).rejects.toMatchObject({ code: 'context_too_small' });
    await abandonStep(deps, { ...ref, step: 1, code: 'context_too_small' });
    await finishRun(deps, { ...ref, status: 'failed', code: 'context_too_small', step: 1 }, EXECUTION);
    const run = (await withTx(pool, ref.tenantId, (tx) => readRun(tx, ref)))!;
    expect(run.status_reason).toEqual({ code: 'context_too_small', detail: expect.stringContaining('HOLDFAST_CONTEXT_TOKENS') });
    await checkRun(pool, ref, { status: 'failed' });
  });

  it('ends a run from anywhere without leaving a step open', async () => {
    await turn(call(1));
    await withTx(pool, ref.tenantId, async (tx) => (await lockRun(tx, ref), await endRun(tx, ref, { status: 'failed', reason: null })));
    await checkRun(pool, ref, { status: 'failed' });
  });
});

async function untilCalls(runtime: ScriptedRuntime, n: number): Promise<void> {
  while (runtime.calls < n) await new Promise((go) => setTimeout(go, 5));
}
