import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { initialState } from '#loop';
import { LOCAL_PRINCIPAL, LOCAL_TENANT, type RunPlan, type RunRef, TASK_QUEUES, WAKE_SIGNAL, workflowIds, WORKFLOWS } from '#contracts';
import { insertCorpus, insertIngestion, readIngestion, withTx } from '#store';
import { checkRun } from '../harness/check-run.js';
import { LoopStack } from '../harness/loop-stack.js';
import { writeRun } from '../harness/start-run.js';
import { until } from '../harness/until.js';

jest.setTimeout(90_000);

const TABLES = ['runs', 'run_heads', 'steps', 'messages', 'ledger', 'checkpoints', 'events', 'inbox', 'artifacts'];

/** One of the two servers is restored from a backup, and the other is not: work is never done twice. */
describe('a restored backup', () => {
  let stack: LoopStack;
  let folder: string;
  let asked = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'restored-'));
    stack = await LoopStack.start();
    const play = stack.script;
    stack.script = (request, n) => (asked++, play(request, n));
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true });
  });

  const tx = <T>(fn: Parameters<typeof withTx<T>>[2]): Promise<T> => withTx(stack.pool, LOCAL_TENANT, fn);
  const backup = (ref: RunRef): Promise<string> =>
    tx(async (t) => {
      const name = `backup_${ref.runId.replaceAll('-', '')}`;
      for (const table of TABLES) await t.query(`create table ${name}_${table} as select * from ${table} where run_id = '${ref.runId}'`);
      return name;
    });
  const restore = (ref: RunRef, name: string): Promise<void> =>
    tx(async (t) => {
      await t.query('delete from runs where run_id = $1', [ref.runId]);
      for (const table of TABLES) await t.query(`insert into ${table} select * from ${name}_${table}`);
      stack.deps.cache.forget(ref.runId);
    });
  const effects = async (path: string): Promise<string[]> => (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const unique = (lines: string[]): void => expect(new Set(lines.map((l) => l.split(' ').at(-1))).size).toBe(lines.length);

  it('of Postgres, older than the execution: the run ends with a clear error, and no effect is doubled', async () => {
    const path = join(folder, 'older-postgres');
    const ref = await stack.startRun({ steps: 30, tool: 'append_line', path, delayMs: 60 });
    await stack.untilStep(ref, 4);
    const rows = await backup(ref);
    await stack.untilStep(ref, 9);
    await stack.ask(ref, 'pause');
    await stack.untilStatus(ref, 'paused');
    const done = await effects(path);
    await restore(ref, rows);
    await stack.handle(ref).signal(WAKE_SIGNAL);
    const run = await stack.untilStatus(ref, 'failed', 40_000);
    expect(run.status_reason?.code).toBe('state_diverged');
    await until('the execution to end', async () => (await stack.handle(ref).describe()).status.name === 'FAILED');
    expect(await effects(path)).toEqual(done);
    unique(done);
  });

  it('of Postgres, to when the run was queued, beside an execution that is over: nothing starts again', async () => {
    const path = join(folder, 'queued');
    const ref = await writeRun(stack.pool, { steps: 2, tool: 'append_line', path });
    const rows = await backup(ref);
    await stack.startExecution(ref);
    await stack.untilStatus(ref, 'completed');
    await restore(ref, rows);
    await tx((t) => t.query(`update runs set created_at = now() - interval '1 minute' where run_id = $1`, [ref.runId]));
    const run = await stack.untilStatus(ref, 'failed', 40_000);
    expect(run.status_reason?.code).toBe('state_diverged');
    expect(await effects(path)).toHaveLength(2);
  });

  it('of Postgres, to before the run existed: its execution ends', async () => {
    const ref = await stack.startRun({ steps: 200, delayMs: 40 });
    await stack.untilStep(ref, 2);
    await tx((t) => t.query('delete from runs where run_id = $1', [ref.runId]));
    await until('the execution to end', async () => (await stack.handle(ref).describe()).status.name !== 'RUNNING', 40_000);
  });

  it('of Temporal, older than the rows: the execution adopts what was done, asks no model and repeats no effect', async () => {
    const path = join(folder, 'older-temporal');
    const ref = await stack.startRun({ steps: 6, tool: 'append_line', path, calls: 2 });
    await stack.untilStatus(ref, 'completed');
    await stack.handle(ref).result();
    const before = { asked, events: await stack.eventTypes(ref), effects: await effects(path) };
    const plan: RunPlan = { agent: 'probe', agentVersion: '1', model: 'm', modelQueue: TASK_QUEUES.model('ollama'), limits: (await stack.run(ref)).limits, drift: { enabled: true, cooldown: 4, maxEpisodes: 3, mayAsk: true, holdout: 0 }, maxAttempts: 3, priority: 'interactive', startedAtMs: Date.now(), nextStep: 1, headStep: 0, tokensUsed: 0, unread: 0 };
    const handle = await stack.client.workflow.start(WORKFLOWS.agentRun, { workflowId: workflowIds.run(ref.runId), taskQueue: TASK_QUEUES.main, args: [{ ...ref, carried: { plan, state: initialState(plan) } }] });
    expect(await handle.result()).toEqual({ status: 'completed' });
    expect({ asked, events: await stack.eventTypes(ref), effects: await effects(path) }).toEqual(before);
    unique(before.effects);
    await checkRun(stack.pool, ref, { status: 'completed' });
  });

  it('of Temporal, to before the execution existed: the run ends with a clear error', async () => {
    const ref = await writeRun(stack.pool, { steps: 2 });
    await tx((t) => t.query(`update runs set status = 'running', started_at = now() where run_id = $1`, [ref.runId]));
    const run = await stack.untilStatus(ref, 'failed', 60_000);
    expect(run.status_reason?.code).toBe('state_diverged');
  });

  it('or a terminated ingestion: what runs by its row only is ended, or started again where Temporal has lost it', async () => {
    const corpus = { tenantId: LOCAL_TENANT, corpusId: uuidv7() };
    const [stopped, lost] = [uuidv7(), uuidv7()];
    await tx(async (t) => {
      await insertCorpus(t, { ...corpus, name: 'c' });
      for (const ingestionId of [stopped, lost]) await insertIngestion(t, { ...corpus, ingestionId, principalId: LOCAL_PRINCIPAL, files: [{ name: 'gone.txt', path: '/nowhere/gone.txt' }] });
      await t.query(`update ingestions set status = 'running' where ingestion_id = any($1)`, [[stopped, lost]]);
    });
    const handle = await stack.client.workflow.start(WORKFLOWS.ingestion, { workflowId: workflowIds.ingestion(stopped), taskQueue: 'nobody-polls-this', args: [{ tenantId: LOCAL_TENANT, ingestionId: stopped }] });
    await handle.terminate();
    for (const ingestionId of [stopped, lost]) {
      const view = await until('the ingestion to end', async () => {
        const found = await tx((t) => readIngestion(t, { tenantId: LOCAL_TENANT, ingestionId }));
        return found?.status === 'failed' ? found : null;
      }, 60_000);
      expect(view.files[0]).toMatchObject({ state: 'failed' });
    }
  });
});
