import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { type RetentionRule, type RunRef, type Swept } from '#contracts';
import { ALL_TENANTS, deleteUnreached, hashOf, putContents, readEvents, readFeedState, readRun, readRunBytes, withTx } from '#store';
import { checkRun } from '#test/harness/check-run';
import { LoopStack } from '#test/harness/loop-stack';
import { createRetentionActivities } from './index.js';

jest.setTimeout(60_000);

describe('retention', () => {
  let stack: LoopStack;
  beforeAll(async () => {
    stack = await LoopStack.start();
  });
  afterAll(() => stack?.stop());

  const sweep = (rules: RetentionRule[]): Promise<Swept> => new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(createRetentionActivities({ pool: stack.pool, rules }).sweep, undefined) as Promise<Swept>;
  const tx = <T>(ref: RunRef, fn: Parameters<typeof withTx<T>>[2]): Promise<T> => withTx(stack.pool, ref.tenantId, fn);
  const ended = async (days: number): Promise<RunRef> => {
    const ref = await stack.startRun({ steps: 2, key: String(Math.random()) });
    await stack.untilStatus(ref, 'completed');
    await tx(ref, (t) => t.query('update runs set ended_at = now() - make_interval(secs => 86400 * $2::float8) where run_id = $1', [ref.runId, days]));
    return ref;
  };

  it('removes ended runs by the first rule that fits, with all that hangs on them, and keeps what no rule names', async () => {
    const [old, young] = [await ended(40), await ended(10)];
    const bytes = await tx(old, (t) => readRunBytes(t, old));
    expect(bytes).toBeGreaterThan(1_000);
    expect((await sweep([{ agent: 'another', days: 0 }])).runs).toBe(0);
    expect((await sweep([{ agent: 'probe', status: 'completed', days: 30 }, { days: 0 }])).runs).toBe(1);
    expect(await tx(old, (t) => readRun(t, old))).toBeNull();
    expect(await tx(old, (t) => readRunBytes(t, old))).toBe(0);
    for (const table of ['steps', 'messages', 'checkpoints', 'ledger', 'events', 'inbox', 'artifacts', 'memory_terms', 'webhook_deliveries']) {
      expect((await tx(old, (t) => t.query(`select 1 from ${table} where run_id = $1`, [old.runId]))).rowCount).toBe(0);
    }
    await checkRun(stack.pool, young, { status: 'completed' });
  });

  it('removes the events of ended runs before the runs, by the same rules, and says so to whoever asks for them', async () => {
    const [old, young] = [await ended(40), await ended(10)];
    const live = await stack.startRun({ steps: 30, delayMs: 60 });
    await stack.untilStep(live, 2);
    const count = (ref: RunRef) => tx(ref, async (t) => (await readEvents(t, ref, 0, 500)).length);
    const before = await count(young);
    expect(await sweep([{ agent: 'probe', days: 90, eventDays: 30 }])).toMatchObject({ runs: 0, events: 1 });
    expect([await count(old), await count(young)]).toEqual([0, before]);
    expect(await tx(old, (t) => readFeedState(t, old))).toMatchObject({ oldestEvent: null, lastEvent: before });
    await stack.untilStatus(live, 'completed');
    await checkRun(stack.pool, live, { status: 'completed' });
  });

  it('every table that names a run goes with it, or is named here', async () => {
    const { rows } = await withTx(stack.pool, ALL_TENANTS, (t) => t.query<{ name: string }>(`
      select c.table_name as name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.column_name = 'run_id' and c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.table_name <> 'runs'
        and not exists (select 1 from pg_constraint k where k.conrelid = c.table_name::regclass and k.contype = 'f' and k.confrelid = 'runs'::regclass and k.confdeltype = 'c') order by 1`));
    // The audit log outlives what it tells of; text that streams is deleted by hand; items of batches and fires of schedules are theirs, and keep a run's id.
    expect(rows.map((r) => r.name)).toEqual(['audit_log', 'batch_items', 'schedule_fires', 'stream_chunks']);
  });

  it('takes away what nothing reaches while runs go on, and nothing else', async () => {
    const refs = await Promise.all([1, 2, 3].map((n) => stack.startRun({ steps: 25, key: `live${n}` })));
    const ref = refs[0]!;
    const lost = Array.from({ length: 40 }, (_, n) => `a body that nothing points at, ${n}`);
    await tx(ref, (t) => putContents(t, ref.tenantId, lost));
    let bodies = 0;
    while ((await Promise.all(refs.map((r) => stack.run(r)))).some((r) => r.status === 'running')) bodies += (await sweep([])).bodies;
    for (const r of refs) await stack.untilStatus(r, 'completed');
    bodies += (await sweep([])).bodies;
    expect(bodies).toBeGreaterThanOrEqual(lost.length);
    for (const r of refs) await checkRun(stack.pool, r, { status: 'completed' });
    const left = await tx(ref, (t) => t.query('select 1 from contents where hash = any($1)', [lost.map((b) => hashOf(ref.tenantId, b))]));
    expect(left.rowCount).toBe(0);
  });

  it('waits for a writer that has found a body and not yet pointed at it', async () => {
    const ref = await ended(0);
    const body = 'a body that comes back';
    await tx(ref, (t) => putContents(t, ref.tenantId, [body]));
    let deleting: Promise<number> = Promise.resolve(0);
    await tx(ref, async (t) => {
      const [hash] = await putContents(t, ref.tenantId, [body]);
      deleting = withTx(stack.pool, ref.tenantId, (d) => deleteUnreached(d, ref.tenantId, [hash!]));
      deleting.catch(() => undefined);
      await stack.quiet(200);
      await t.query(`insert into messages (tenant_id, run_id, step, attempt, ordinal, role, hash, tokens) values ($1, $2, 99, 1, 0, 'user', $3, 1)`, [ref.tenantId, ref.runId, hash]);
    });
    expect(await deleting).toBe(0);
  });
});
