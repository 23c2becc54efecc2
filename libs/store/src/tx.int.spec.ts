import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { LOCAL_TENANT } from '#contracts';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { ALL_TENANTS, createPool, getContent, type Pool, putContents, type Tx, withTx } from './index.js';

describe('withTx', () => {
  let database: TestDatabase;
  let pool: Pool;
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 4 });
    process.on('unhandledRejection', note);
  });
  afterAll(async () => {
    process.off('unhandledRejection', note);
    await pool.end();
    await database.drop();
  });

  const put = (tx: Tx, body: string) => putContents(tx, LOCAL_TENANT, [body]);
  const count = async (body: string): Promise<number> =>
    (await withTx(pool, ALL_TENANTS, (tx) => tx.query<{ n: number }>('select count(*)::int as n from contents where body = $1', [body]))).rows[0]!.n;

  it('undoes all of it where a statement in the middle of a pipeline fails', async () => {
    await expect(withTx(pool, LOCAL_TENANT, (tx) => Promise.all([put(tx, 'before'), tx.query('select 1 / 0'), put(tx, 'after')]))).rejects.toMatchObject({ code: '22012' });
    expect([await count('before'), await count('after')]).toEqual([0, 0]);
  });

  it('does not take a failure that nobody looked at for a commit', async () => {
    const careless = withTx(pool, LOCAL_TENANT, async (tx) => {
      await put(tx, 'careless');
      tx.query('select 1 / 0').catch(() => undefined);
    });
    await expect(careless).rejects.toThrow('failed before its commit');
    expect(await count('careless')).toBe(0);
  });

  it('in one flight, commits what was sent at once and undoes all of it where a statement fails', async () => {
    await withTx(pool, LOCAL_TENANT, (tx) => Promise.all([put(tx, 'flown'), put(tx, 'too')]), { oneFlight: true });
    const failed = withTx(pool, LOCAL_TENANT, (tx) => Promise.all([put(tx, 'first'), tx.query('select holdfast_require_open(false)'), put(tx, 'last')]), { oneFlight: true });
    await expect(failed).rejects.toMatchObject({ code: 'attempt_closed' });
    expect([await count('flown'), await count('too'), await count('first'), await count('last')]).toEqual([1, 1, 0, 0]);
  });

  it('in one flight, reads rows of every kind as outside of one, the first time and again', async () => {
    const text = `select 1::int8 as big, 2 as small, 'x'::text as word, null::text as none, '{"a":[1]}'::jsonb as doc, '\\x0102'::bytea as bytes, true as yes, now() as at, array[1,2] as list from generate_series(1, $1::int)`;
    const ask = (oneFlight: boolean) => withTx(pool, LOCAL_TENANT, (tx) => tx.query({ name: 'kinds', text, values: [2] }), { oneFlight });
    const { rows: plain, rowCount } = await ask(false);
    for (let i = 0; i < 2; i++) {
      const flown = await ask(true);
      expect(flown.rows.map(({ at, ...r }) => ({ ...r, at: at instanceof Date }))).toEqual(plain.map(({ at, ...r }) => ({ ...r, at: at instanceof Date })));
      expect(flown.rowCount).toBe(rowCount);
    }
    const unnamed = await withTx(pool, LOCAL_TENANT, (tx) => tx.query('select $1::int as n', [7]), { oneFlight: true });
    expect(unnamed.rows).toEqual([{ n: 7 }]);
  });

  it('in one flight, knows after a failure which statements the server has parsed', async () => {
    const one = createPool(database.url, { max: 1 });
    const refused = (n: number) => ({ name: `refused-${n}`, text: `select holdfast_require_open($1 > ${n})`, values: [n] });
    const behind = (n: number) => ({ name: `behind-${n}`, text: `select ${n} as n` });
    for (const n of [1, 2]) await expect(withTx(one, LOCAL_TENANT, (tx) => Promise.all([tx.query(refused(n)), tx.query(behind(n))]), { oneFlight: true })).rejects.toMatchObject({ code: 'attempt_closed' });
    // The one failed after it was parsed, the other was never looked at; both are of use afterwards, in a flight and without.
    for (const oneFlight of [false, true]) {
      const [, b] = await withTx(one, LOCAL_TENANT, (tx) => Promise.all([tx.query({ ...refused(1), values: [5] }), tx.query(behind(1))]), { oneFlight });
      expect(b.rows).toEqual([{ n: 1 }]);
    }
    await expect(withTx(one, LOCAL_TENANT, (tx) => tx.query({ name: 'broken', text: 'select nonsense from' }), { oneFlight: true })).rejects.toMatchObject({ code: '42601' });
    await withTx(one, LOCAL_TENANT, (tx) => tx.query({ name: 'broken', text: 'select 1' }), { oneFlight: true });
    await one.end();
  });

  it('in one flight, fails where a value cannot be sent or the server cuts the connection, and the pool goes on', async () => {
    const knot: Record<string, unknown> = {};
    knot['self'] = knot;
    await expect(withTx(pool, LOCAL_TENANT, (tx) => tx.query('select $1::jsonb', [knot]), { oneFlight: true })).rejects.toThrow('circular');
    await expect(withTx(pool, LOCAL_TENANT, (tx) => Promise.all([put(tx, 'cut flight'), tx.query('select pg_terminate_backend(pg_backend_pid())'), put(tx, 'never')]), { oneFlight: true })).rejects.toThrow();
    expect(await count('cut flight')).toBe(0);
    await new Promise((go) => setTimeout(go, 50));
    expect(unhandled).toEqual([]);
  });

  it('in one flight, refuses a statement that comes after the first wait', async () => {
    const late = withTx(pool, LOCAL_TENANT, async (tx) => {
      await put(tx, 'in time');
      await put(tx, 'late');
    }, { oneFlight: true });
    await expect(late).rejects.toThrow('after its transaction');
    expect(await count('late')).toBe(0);
  });

  it('undoes what was sent where the function throws while statements are under way, and gives the connection back whole', async () => {
    const thrown = withTx(pool, LOCAL_TENANT, async (tx) => {
      void put(tx, 'under way').catch(() => undefined);
      throw new Error('mine');
    });
    await expect(thrown).rejects.toThrow('mine');
    expect(await count('under way')).toBe(0);
    expect(pool.idleCount).toBe(pool.totalCount);
  });

  it('fails, and drops the connection, where the server cuts it in the middle; nothing is left unhandled', async () => {
    const cut = withTx(pool, LOCAL_TENANT, async (tx) => {
      await put(tx, 'cut');
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await withTx(pool, LOCAL_TENANT, (other) => other.query('select pg_terminate_backend($1)', [rows[0]!.pid]));
      await Promise.all([put(tx, 'a'), put(tx, 'b'), put(tx, 'c')]);
    });
    await expect(cut).rejects.toThrow();
    expect(await count('cut')).toBe(0);
    await new Promise((go) => setTimeout(go, 50));
    expect(unhandled).toEqual([]);
  });

  it('tries a deadlock again', async () => {
    await withTx(pool, LOCAL_TENANT, (tx) => tx.query(`insert into tenants (tenant_id, name) values ('${uuidv7()}', 'a'), ('${uuidv7()}', 'b')`));
    let both = 0;
    const update = (first: string, second: string) => withTx(pool, LOCAL_TENANT, async (tx) => {
      await tx.query('update tenants set name = name where name = $1', [first]);
      if (both++ < 2) await new Promise((go) => setTimeout(go, 100));
      await tx.query('update tenants set name = name where name = $1', [second]);
    });
    await Promise.all([update('a', 'b'), update('b', 'a')]);
    expect(both).toBeGreaterThan(2);
  });

  it('refuses a tenant that is not an id', async () => {
    await expect(withTx(pool, `x'; drop table runs; --`, async () => undefined)).rejects.toThrow('not a UUID');
  });

  describe('row level security', () => {
    const other = uuidv7();
    beforeAll(async () => {
      await pool.query(`insert into tenants (tenant_id, name) values ($1, 'other')`, [other]);
    });

    it('binds the role that the application connects as', async () => {
      const { rows } = await pool.query<{ bypass: boolean }>('select rolsuper or rolbypassrls as bypass from pg_roles where rolname = current_user');
      expect(rows).toEqual([{ bypass: false }]);
      const { rows: open } = await pool.query<{ table: string }>(
        `select c.table_name as table from information_schema.columns c join pg_class p on p.relname = c.table_name and p.relkind = 'r'
         where c.table_schema = 'public' and c.column_name = 'tenant_id' and c.table_name <> 'tenants' and not (p.relrowsecurity and p.relforcerowsecurity)`,
      );
      expect(open).toEqual([]);
    });

    it('hides a tenant’s rows from another, and from a connection that names none', async () => {
      const [hash] = await withTx(pool, LOCAL_TENANT, (tx) => put(tx, 'secret of one'));
      await expect(withTx(pool, other, (tx) => getContent(tx, LOCAL_TENANT, Buffer.from(hash!).reverse()))).rejects.toThrow('missing');
      expect((await withTx(pool, other, (tx) => tx.query('select 1 from contents'))).rowCount).toBe(0);
      expect((await pool.query('select 1 from contents')).rowCount).toBe(0);
      expect((await withTx(pool, ALL_TENANTS, (tx) => tx.query('select 1 from contents'))).rowCount).toBeGreaterThan(0);
    });

    it('refuses to write another tenant’s rows, or to change them', async () => {
      await expect(withTx(pool, other, (tx) => put(tx, 'planted'))).rejects.toMatchObject({ code: '42501' });
      expect((await withTx(pool, other, (tx) => tx.query(`update contents set body = 'changed'`))).rowCount).toBe(0);
      expect((await withTx(pool, other, (tx) => tx.query('delete from contents'))).rowCount).toBe(0);
    });

    it('does not carry a tenant over to the connection’s next user', async () => {
      await withTx(pool, LOCAL_TENANT, (tx) => put(tx, 'left behind'));
      const clients = await Promise.all(Array.from({ length: 4 }, () => pool.connect()));
      const seen = await Promise.all(clients.map(async (c) => (await c.query('select 1 from contents')).rowCount));
      clients.forEach((c) => c.release());
      expect(seen).toEqual([0, 0, 0, 0]);
    });
  });
});
