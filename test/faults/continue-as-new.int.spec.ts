import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probe } from '#agents/probe/activities/index';
import { withTx } from '#store';
import { checkRun } from '../harness/check-run.js';
import { payloadTexts, readExecutions } from '../harness/history.js';
import { LoopStack } from '../harness/loop-stack.js';
import { playScenario } from '../harness/scenario.js';
import { TestTemporal } from '../harness/temporal.js';

jest.setTimeout(60_000);

/** A Temporal that suggests a new execution after a few steps, so that a short run crosses the boundary many times. */
const SUGGEST = ['limit.historyCount.suggestContinueAsNew=40'];

const patient = { ...probe, contract: { ...probe.contract, name: 'patient', drift: { ...probe.contract.drift, cooldown: 0, maxEpisodes: 20, mayAsk: false } } };

const watched = { ...probe, contract: { ...probe.contract, name: 'watched', drift: { ...probe.contract.drift, judge: { fromStep: 4, suspects: 2 } } } };

describe('a run that goes on in new executions', () => {
  let folder: string;
  let temporal: TestTemporal;
  let stack: LoopStack;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-can-'));
    temporal = await TestTemporal.start(folder, SUGGEST);
    stack = await LoopStack.start({ agents: new Map([probe, patient, watched].map((a) => [a.contract.name, a])) }, temporal.address);
  });
  afterAll(async () => {
    await stack?.stop();
    await temporal?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it('loses no wake at the boundary: every message that came at any moment is taken up once', async () => {
    const ref = await stack.startRun({ steps: 24 });
    let talking = true;
    let said = 0;
    const talk = (async () => {
      while (talking && said < 60) {
        await stack.ask(ref, 'message', `words ${said++}`).catch(() => undefined);
        await stack.quiet(15 + (said % 7) * 10);
      }
    })();
    await stack.untilStep(ref, 23);
    talking = false;
    await talk;
    await stack.untilStatus(ref, 'completed', 40_000);
    await checkRun(stack.pool, ref, { status: 'completed' });
    const executions = await readExecutions(stack.client, ref);
    expect(executions.length).toBeGreaterThan(3);
    expect(said).toBeGreaterThan(10);
  });

  it('is paused, resumed and cancelled across executions', async () => {
    const ref = await stack.startRun({ steps: 200, delayMs: 10 });
    await stack.untilStep(ref, 9);
    await stack.ask(ref, 'pause');
    await stack.untilStatus(ref, 'paused');
    await stack.ask(ref, 'resume');
    await stack.untilStep(ref, 16);
    await stack.ask(ref, 'cancel');
    await stack.untilStatus(ref, 'cancelled');
    await checkRun(stack.pool, ref, { status: 'cancelled' });
    expect((await readExecutions(stack.client, ref)).length).toBeGreaterThan(1);
  });

  it('leaves a judge behind, whose verdict a later execution reads', async () => {
    const calibrated = { evidence: [], new_evidence_since_last_check: true, last_result_used: 'yes', repeated_strategy: false, label: 'calibrated', overthinking: 0, overacting: 0, confidence: 0, lesson: '' };
    const usual = stack.script;
    stack.script = (request, n) => (request.messages[0]!.content.startsWith('You watch another agent') ? { content: JSON.stringify(calibrated), delayMs: 600 } : usual(request, n));
    const ref = await stack.startRun({ steps: 40, delayMs: 30 }, { agent: 'watched' });
    await stack.untilStatus(ref, 'completed', 40_000);
    stack.script = usual;
    await checkRun(stack.pool, ref, { status: 'completed' });
    const executions = await readExecutions(stack.client, ref);
    // Where a step was given to its judge, and where the verdict was read: two executions.
    const started = executions.findIndex(({ events }) => events.some((e) => e['childWorkflowExecutionStartedEventAttributes'] !== undefined));
    const { rows } = await withTx(stack.pool, ref.tenantId, (tx) => tx.query<{ step: number }>(`select step from events where run_id = $1 and type = 'drift.report' and data->'judge'->>'step' = '4'`, [ref.runId]));
    const read = executions.findIndex(({ events }) => payloadTexts(events).some((text) => text.includes(`step ${rows[0]!.step}: read_filler`)));
    expect(started).toBeGreaterThanOrEqual(0);
    expect(read).toBeGreaterThan(started);
  });

  it('carries a rewind over the boundary', async () => {
    // The same call again and again, from time to time, so that the ladder acts while executions follow each other.
    stack.script = (request, n) => (n % 10 < 6 ? { content: 'same', toolCalls: [{ name: 'read_filler', args: { n: 999 } }] } : (playScenario as LoopStack['script'])(request, n));
    const ref = await stack.startRun({ steps: 1_030 }, { agent: 'patient', limits: { maxSteps: 26 } });
    const { status } = await stack.untilStatus(ref, 'limit_reached', 40_000);
    const { steps, branch } = await checkRun(stack.pool, ref, { status });
    expect((await readExecutions(stack.client, ref)).length).toBeGreaterThan(2);
    expect(branch.length).toBeLessThan(steps);
  });
});
