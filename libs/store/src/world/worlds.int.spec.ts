import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { LOCAL_TENANT, type WorldChangeInput, worldBatchSchema, type WorldRef } from '#contracts';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { CAMPAIGN_RULES, fold, WorldState } from '#world';
import { changeWorld, createPool, deleteWorld, forgetSnapshots, forgetStates, forkWorld, insertWorld, loadWorld, type Pool, readWorldEvents, recentTurns, redoTurn, restoreWorld, searchTurns, setTelling, undoTurn, withTx, worldHead } from '../index.js';

describe('worlds', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const made: WorldChangeInput[] = [
    { kind: 'created', entity: { id: 'inn', type: 'location', name: 'the inn' } },
    { kind: 'created', entity: { id: 'hero', type: 'character', name: 'the hero', in: 'inn', attrs: { alive: true, gold: 10 } } },
    { kind: 'created', entity: { id: 'mira', type: 'character', name: 'Mira', in: 'inn', attrs: { alive: true, gold: 0 } } },
  ];
  const pay = (amount: number): WorldChangeInput => ({ kind: 'paid', from: 'hero', to: 'mira', attr: 'gold', amount });
  const batch = (changes: WorldChangeInput[], turnId?: string) => worldBatchSchema.parse({ ...(turnId ? { turnId } : {}), changes });
  const turn = (ref: WorldRef, ...changes: WorldChangeInput[]) => changeWorld(pool, ref, batch(changes, uuidv7()));
  const gold = async (ref: WorldRef, version?: number) => (await loadWorld(pool, ref, version)).get('hero')!.attrs['gold'];
  const head = (ref: WorldRef) => withTx(pool, LOCAL_TENANT, async (tx) => (await worldHead(tx, ref)).version);
  const forget = (): void => (forgetStates(), forgetSnapshots());

  async function world(changes = made): Promise<WorldRef> {
    const ref = { tenantId: LOCAL_TENANT, worldId: uuidv7() };
    await withTx(pool, LOCAL_TENANT, (tx) => insertWorld(tx, { ...ref, name: 'test', rules: CAMPAIGN_RULES }));
    await changeWorld(pool, ref, batch(changes), { expectedVersion: 0 });
    return ref;
  }

  it('refuses a change that was made against another version, and one that breaks a rule, whole', async () => {
    const ref = await world();
    await expect(changeWorld(pool, ref, batch([pay(1)]), { expectedVersion: 2 })).rejects.toMatchObject({ code: 'world_changed' });
    await expect(turn(ref, pay(1), pay(10))).rejects.toMatchObject({ code: 'world_rule_broken', message: expect.stringContaining('Change 2 (amounts)') });
    expect([await head(ref), await gold(ref)]).toEqual([3, 10]);
  });

  it('applies a turn once, however often and at whatever time it comes', async () => {
    const ref = await world();
    const turnId = uuidv7();
    const all = await Promise.all(Array.from({ length: 5 }, () => changeWorld(pool, ref, batch([pay(3)], turnId))));
    expect(all.filter((a) => !a.replayed)).toHaveLength(1);
    expect(new Set(all.map((a) => a.version))).toEqual(new Set([4]));
    await turn(ref, pay(1));
    expect(await changeWorld(pool, ref, batch([pay(3)], turnId))).toMatchObject({ replayed: true, version: 4 });
    expect(await gold(ref)).toBe(6);
  });

  it('queues turns that come at once', async () => {
    const ref = await world();
    await Promise.all(Array.from({ length: 8 }, () => turn(ref, pay(1))));
    expect([await head(ref), await gold(ref)]).toEqual([11, 2]);
  });

  it('reads every version the same from snapshots as from the log, byte for byte', async () => {
    const ref = await world();
    for (let i = 0; i < 12; i++) await turn(ref, ...Array.from({ length: 50 }, (_, n) => ({ kind: 'amount', id: 'mira', attr: 'hp', by: n + 1, cause: 'rest' }) as const));
    const events = await withTx(pool, LOCAL_TENANT, (tx) => readWorldEvents(tx, ref, { after: 0, upTo: 603 }));
    const { rows } = await withTx(pool, LOCAL_TENANT, (tx) => tx.query('select version from world_snapshots where world_id = $1 order by version', [ref.worldId]));
    expect(rows.length).toBeGreaterThan(1);
    for (const version of [0, 3, 202, 203, 204, 430, 603]) {
      forget();
      expect((await loadWorld(pool, ref, version)).bytes()).toBe(fold(WorldState.empty, events.slice(0, version).map((e) => e.change)).bytes());
    }
  });

  it('forks by pointer: neither world sees what the other does later', async () => {
    const ref = await world();
    await turn(ref, pay(1));
    await turn(ref, pay(2));
    const fork = { tenantId: LOCAL_TENANT, worldId: uuidv7() };
    await withTx(pool, LOCAL_TENANT, (tx) => forkWorld(tx, ref, 4, fork.worldId));
    const grandchild = { tenantId: LOCAL_TENANT, worldId: uuidv7() };
    await turn(fork, pay(5));
    await withTx(pool, LOCAL_TENANT, (tx) => forkWorld(tx, fork, 5, grandchild.worldId));
    await turn(grandchild, pay(4));
    forget();
    expect([await gold(ref), await gold(fork), await gold(grandchild), await gold(grandchild, 4), await gold(grandchild, 3)]).toEqual([7, 4, 0, 9, 10]);
    const events = await withTx(pool, LOCAL_TENANT, (tx) => readWorldEvents(tx, grandchild, { after: 2, upTo: 6, about: 'mira' }));
    expect(events.map((e) => [e.version, e.change.kind])).toEqual([[3, 'created'], [4, 'paid'], [5, 'paid'], [6, 'paid']]);
    await expect(withTx(pool, LOCAL_TENANT, (tx) => forkWorld(tx, ref, 99, uuidv7()))).rejects.toMatchObject({ code: 'not_found' });
    await expect(withTx(pool, LOCAL_TENANT, (tx) => deleteWorld(tx, ref))).rejects.toMatchObject({ code: 'world_forked' });
    expect(await withTx(pool, LOCAL_TENANT, (tx) => deleteWorld(tx, grandchild))).toBe(true);
  });

  it('undoes and redoes turns, one after another, and forgets what was undone once something else happens', async () => {
    const ref = await world();
    const bytes = async () => (forget(), (await loadWorld(pool, ref)).bytes());
    const b0 = await bytes();
    await turn(ref, pay(1), pay(1));
    const b1 = await bytes();
    await turn(ref, pay(5));
    const b2 = await bytes();
    await undoTurn(pool, ref);
    expect(await bytes()).toBe(b1);
    await undoTurn(pool, ref);
    expect(await bytes()).toBe(b0);
    await expect(undoTurn(pool, ref)).rejects.toMatchObject({ code: 'nothing_to_undo' });
    await redoTurn(pool, ref);
    expect(await bytes()).toBe(b1);
    await redoTurn(pool, ref);
    expect(await bytes()).toBe(b2);
    await expect(redoTurn(pool, ref)).rejects.toMatchObject({ code: 'nothing_to_undo' });
    await undoTurn(pool, ref);
    expect(await bytes()).toBe(b1);
    await turn(ref, pay(3));
    await expect(redoTurn(pool, ref)).rejects.toMatchObject({ code: 'nothing_to_undo' });
    expect(await gold(ref)).toBe(5);
    await undoTurn(pool, ref);
    expect(await bytes()).toBe(b1);
    await expect(undoTurn(pool, ref, 3)).rejects.toMatchObject({ code: 'world_changed' });
  });

  it('is rewound to a version, and keeps in its log what came between', async () => {
    const ref = await world();
    await turn(ref, pay(4));
    await withTx(pool, LOCAL_TENANT, (tx) => restoreWorld(tx, ref, 3, 'rewind', 4));
    forget();
    expect([await head(ref), await gold(ref), await gold(ref, 4)]).toEqual([5, 10, 6]);
    await turn(ref, pay(1));
    forget();
    expect(await gold(ref)).toBe(9);
  });

  it('finds turns by what was said and told, and tells one again without new events', async () => {
    const ref = await world();
    const turnId = uuidv7();
    await changeWorld(pool, ref, batch([pay(1)], turnId), { words: { said: 'I pay Mira for the lantern', outcome: { ok: true } } });
    await turn(ref, pay(1));
    await withTx(pool, LOCAL_TENANT, (tx) => setTelling(tx, ref, turnId, 'Mira takes the coin and nods.'));
    await withTx(pool, LOCAL_TENANT, (tx) => setTelling(tx, ref, turnId, 'Mira bites the coin. It is good.'));
    const found = await withTx(pool, LOCAL_TENANT, (tx) => searchTurns(tx, ref, 5, ['lantern', 'dragon'], 5));
    expect(found).toMatchObject([{ turnId, firstVersion: 4, lastVersion: 4, telling: 'Mira bites the coin. It is good.', outcome: { ok: true } }]);
    expect(await withTx(pool, LOCAL_TENANT, (tx) => searchTurns(tx, ref, 5, ['nods', "'; drop"], 5))).toEqual([]);
    expect((await withTx(pool, LOCAL_TENANT, (tx) => recentTurns(tx, ref, 5, 1))).map((t) => t.lastVersion)).toEqual([5]);
  });
});
