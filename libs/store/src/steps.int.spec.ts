import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LOCAL_PRINCIPAL, type RunRef } from '#contracts';
import { begunRun, close, open, write } from '#test/harness/store-rows';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { createPool, insertInbox, insertMessages, markApplied, type Pool, readCheckpoint, readRun, readStepInbox, readStepMessages, requireOpen, withTx, WORDS_ORDINAL } from './index.js';

describe('a step’s attempts', () => {
  let database: TestDatabase;
  let pool: Pool;
  let ref: RunRef;
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 6 });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => void (ref = await begunRun(pool)));

  const key = (step: number, attempt = 1) => ({ ...ref, step, attempt });
  const refused = { code: 'attempt_closed' };

  it('open again by the same attempt, and close the earlier ones', async () => {
    await open(pool, key(1), 0);
    await open(pool, key(1), 0);
    await open(pool, key(1, 2), 0);
    await expect(open(pool, key(1, 1), 0)).rejects.toMatchObject(refused);
    await expect(withTx(pool, ref.tenantId, (tx) => requireOpen(tx, key(1, 1)))).rejects.toMatchObject(refused);
    await expect(close(pool, key(1, 1), 0)).rejects.toMatchObject(refused);
    await close(pool, key(1, 2), 0);
    await expect(close(pool, key(1, 2), 0)).rejects.toMatchObject(refused);
    await expect(open(pool, key(1, 3), 0)).rejects.toMatchObject(refused);
  });

  it('are closed by one of two that come at once', async () => {
    await open(pool, key(1), 0);
    const results = await Promise.allSettled([close(pool, key(1), 0), close(pool, key(1), 0), open(pool, key(1, 2), 0)]);
    expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
  });

  it('move the head: to the parent when they open, to the step when they close', async () => {
    const head = async () => (await withTx(pool, ref.tenantId, (tx) => readRun(tx, ref)))!;
    for (const n of [1, 2, 3]) {
      await open(pool, key(n), n - 1);
      await close(pool, key(n), n - 1);
    }
    await open(pool, key(4), 1);
    expect(await head()).toMatchObject({ head_step: 1, next_step: 5 });
    await close(pool, key(4), 1);
    expect(await head()).toMatchObject({ head_step: 4, next_step: 5 });
    expect(await withTx(pool, ref.tenantId, (tx) => readCheckpoint(tx, ref, 4))).toMatchObject({ parent: 1 });
  });

  it('take up the words that people’s requests were applied to them with', async () => {
    await withTx(pool, ref.tenantId, (tx) => insertInbox(tx, ref, { kind: 'message', body: 'hello', principalId: LOCAL_PRINCIPAL }));
    await withTx(pool, ref.tenantId, (tx) => markApplied(tx, ref, 1, 1));
    expect(await withTx(pool, ref.tenantId, (tx) => readStepInbox(tx, ref, 1))).toMatchObject([{ n: 1, message: { content: 'hello' } }]);
  });

  it('write a message that comes twice once', async () => {
    await open(pool, key(1), 0);
    await write(pool, key(1), 2, 5);
    await write(pool, key(1), 2, 5);
    const words = { ordinal: WORDS_ORDINAL + 1, tokens: 1, message: { role: 'user' as const, content: 'hello' } };
    for (let i = 0; i < 2; i++) await withTx(pool, ref.tenantId, (tx) => insertMessages(tx, key(1), [words]));
    const messages = await withTx(pool, ref.tenantId, (tx) => readStepMessages(tx, ref, 1, 1));
    expect(messages.map((m) => m.ordinal)).toEqual([WORDS_ORDINAL + 1, 0, 1, 2]);
  });

  it('keep a NUL that a model wrote from failing the step', async () => {
    await open(pool, key(1), 0);
    await withTx(pool, ref.tenantId, (tx) => insertMessages(tx, key(1), [{ ordinal: 0, tokens: 1, message: { role: 'assistant', content: 'a\0b', thinking: '\0', toolCalls: [{ name: 't', args: { s: '\0' } }] } }]));
    const [stored] = await withTx(pool, ref.tenantId, (tx) => readStepMessages(tx, ref, 1, 1));
    expect(stored!.message.content).toHaveLength(3);
  });
});
