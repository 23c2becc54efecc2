import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { LOCAL_PRINCIPAL, LOCAL_TENANT, type RunRef } from '#contracts';
import { claimKey, CONTENT_REFERENCES, contentHash, createPool, deleteRun, endRun, insertRun, keepAnswer, lockRun, pendingMigrations, type Pool, putContents, readRunRecord, setResult, type Tx, withTx } from '../index.js';
import { testDatabase } from '#test/setup/servers';

jest.setTimeout(30_000);

describe('queries of the API', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let pool: Pool;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const tx = <T>(fn: (tx: Tx) => Promise<T>): Promise<T> => withTx(pool, LOCAL_TENANT, fn);
  async function endedRun(text: string): Promise<RunRef> {
    const ref = { tenantId: LOCAL_TENANT, runId: uuidv7() };
    await tx((t) => insertRun(t, { ...ref, principalId: LOCAL_PRINCIPAL, agent: 'echo', agentVersion: '1', input: { text }, priority: 'interactive', tags: [], limits: { maxSteps: 1, maxTokens: 1, maxSeconds: 1 }, sampling: {} }));
    await tx(async (t) => (await lockRun(t, ref), await endRun(t, ref, { status: 'completed', reason: null })));
    return ref;
  }
  const remove = (ref: RunRef) => tx(async (t) => (await lockRun(t, ref), await deleteRun(t, ref)));

  it('knows every column that points at contents', async () => {
    const { rows } = await pool.query<{ table: string; column: string }>(
      `select table_name as table, column_name as column from information_schema.columns
       where table_schema = 'public' and data_type = 'bytea' and column_name like '%hash' and (table_name, column_name) not in (('contents', 'hash'), ('idempotency', 'body_hash'), ('api_keys', 'hash'))`,
    );
    expect(new Set(rows.map((r) => `${r.table}.${r.column}`))).toEqual(new Set(CONTENT_REFERENCES.map(([t, c]) => `${t}.${c}`)));
  });

  it('has no migration pending', async () => {
    expect(await pendingMigrations(pool)).toEqual([]);
  });

  it('shows a tenant its own runs only', async () => {
    const ref = await endedRun('mine');
    const other = '00000000-0000-7000-8000-00000000000f';
    expect(await withTx(pool, other, (t) => readRunRecord(t, { ...ref, tenantId: other }))).toBeNull();
    expect(await tx((t) => readRunRecord(t, ref))).toMatchObject({ id: ref.runId, input: { text: 'mine' } });
  });

  it('deletes no body that a writer has found and not yet pointed at', async () => {
    const body = JSON.stringify({ text: 'contested' });
    const [doomed, writer] = [await endedRun('contested'), await endedRun('other')];
    let found: () => void = () => undefined;
    const ready = new Promise<void>((go) => (found = go));
    const writing = tx(async (t) => {
      await putContents(t, LOCAL_TENANT, [body]);
      found();
      await new Promise((go) => setTimeout(go, 200));
      await setResult(t, writer, { text: 'contested' });
    });
    await ready;
    await Promise.all([writing, remove(doomed)]);
    expect((await tx((t) => readRunRecord(t, writer)))!.result).toEqual({ text: 'contested' });
    await remove(writer);
    const { rowCount } = await tx((t) => t.query('select 1 from contents where tenant_id = $1 and hash = $2', [LOCAL_TENANT, contentHash(LOCAL_TENANT, body)]));
    expect(rowCount).toBe(0);
  });

  it('keeps an answer for seven days', async () => {
    const key = { tenantId: LOCAL_TENANT, route: 'POST /x', key: uuidv7(), bodyHash: Buffer.from('a') };
    const answer = { status: 202, headers: {}, body: { id: 1 } };
    expect(await tx(async (t) => (await claimKey(t, key)) ?? (await keepAnswer(t, key, answer)))).toBeUndefined();
    expect(await tx((t) => claimKey(t, key))).toEqual(answer);
    await expect(tx((t) => claimKey(t, { ...key, bodyHash: Buffer.from('b') }))).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    expect(await tx((t) => claimKey(t, { ...key, route: 'POST /y' }))).toBeNull();
    await tx((t) => t.query(`update idempotency set created_at = now() - interval '8 days' where key = $1`, [key.key]));
    const other = { ...key, key: uuidv7() };
    await tx(async (t) => (await claimKey(t, other), await keepAnswer(t, other, answer)));
    await tx((t) => t.query(`update idempotency set created_at = now() - interval '8 days' where key = $1`, [other.key]));
    expect(await tx((t) => claimKey(t, { ...key, bodyHash: Buffer.from('b') }))).toBeNull();
    expect((await tx((t) => t.query('select 1 from idempotency where key = $1', [other.key]))).rowCount).toBe(0);
  });
});
