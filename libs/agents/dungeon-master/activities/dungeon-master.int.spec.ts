import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { type ContentPolicy, LOCAL_PRINCIPAL, LOCAL_TENANT, type RunRef, type WorldChangeInput, worldBatchSchema, type WorldRef } from '#contracts';
import type { ScriptedRequest } from '#models/scripted';
import { changeWorld, createPool, forgetStates, insertRun, insertWorld, loadWorld, type Pool, readRunRecord, readWorldEvents, readWorldTurn, withTx } from '#store';
import { LoopStack } from '#test/harness/loop-stack';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { CAMPAIGN_RULES } from '#world';
import { dungeonMasterContract as contract, dungeonMasterResultSchema } from '../contract.js';
import { createDungeonMaster, dungeonMaster } from './index.js';
import { playTurn } from './play.js';

jest.setTimeout(60_000);

const INN: WorldChangeInput[] = [
  { kind: 'created', entity: { id: 'inn', type: 'location', name: 'the inn' } },
  { kind: 'created', entity: { id: 'yard', type: 'location', name: 'the yard' } },
  { kind: 'created', entity: { id: 'out', type: 'exit', name: '', in: 'inn', attrs: { to: 'yard', direction: 'east' } } },
  { kind: 'created', entity: { id: 'back', type: 'exit', name: '', in: 'yard', attrs: { to: 'inn', direction: 'west' } } },
  { kind: 'created', entity: { id: 'hero', type: 'character', name: 'Aldo', in: 'inn', attrs: { alive: true, player: true, gold: 10, hp: 20 } } },
  { kind: 'created', entity: { id: 'rogue', type: 'character', name: 'Brin', in: 'inn', attrs: { alive: true, player: true, gold: 10, hp: 20 } } },
  { kind: 'created', entity: { id: 'mira', type: 'character', name: 'Mira', in: 'inn', attrs: { alive: true, gold: 0, hp: 9 } } },
  { kind: 'created', entity: { id: 'lamp', type: 'item', name: 'brass lamp', in: 'inn' } },
];

async function world(pool: Pool, content?: ContentPolicy): Promise<WorldRef> {
  const ref = { tenantId: LOCAL_TENANT, worldId: uuidv7() };
  await withTx(pool, LOCAL_TENANT, (tx) => insertWorld(tx, { ...ref, name: 'inn', rules: { ...CAMPAIGN_RULES, ...(content ? { content } : {}) } }));
  await changeWorld(pool, ref, worldBatchSchema.parse({ changes: INN }));
  return ref;
}

describe('a turn of the dungeon master', () => {
  let stack: LoopStack;
  let prompts: string[] = [];
  const answers = (...told: string[]): void => {
    prompts = [];
    stack.script = (request: ScriptedRequest) => {
      prompts.push(request.messages.at(-1)!.content);
      return { content: told[Math.min(prompts.length, told.length) - 1]! };
    };
  };

  beforeAll(async () => void (stack = await LoopStack.start({ agents: new Map([['dungeon-master', dungeonMaster]]) })), 120_000);
  afterAll(() => stack?.stop());

  async function begin(ref: WorldRef, said: string, more: { actor?: string; turnId?: string } = {}): Promise<RunRef> {
    const run = { tenantId: LOCAL_TENANT, runId: uuidv7() };
    const input = contract.input.parse({ worldId: ref.worldId, actor: 'hero', said, ...more });
    await withTx(stack.pool, LOCAL_TENANT, (tx) => insertRun(tx, { ...run, principalId: LOCAL_PRINCIPAL, agent: contract.name, agentVersion: contract.version, input, priority: 'interactive', tags: [], limits: contract.limits, sampling: {} }));
    await stack.startExecution(run);
    return run;
  }
  async function end(run: RunRef) {
    await stack.untilStatus(run, 'completed', 30_000);
    return dungeonMasterResultSchema.parse((await withTx(stack.pool, LOCAL_TENANT, (tx) => readRunRecord(tx, run)))!.result);
  }
  const play = async (ref: WorldRef, said: string, more: { actor?: string; turnId?: string } = {}) => end(await begin(ref, said, more));

  it('applies what plain words mean and tells it from the state after it, with one call of the model', async () => {
    const ref = await world(stack.pool);
    answers('You take the brass lamp. Mira watches.');
    const result = await play(ref, 'I take the brass lamp');
    expect(result).toMatchObject({ ok: true, code: 'taken', corrected: false, version: INN.length + 2, telling: 'You take the brass lamp. Mira watches.' });
    expect(prompts).toHaveLength(1);
    expect(prompts[0]).toContain('Aldo: in the inn; holds brass lamp; 10 gold.');
    expect((await loadWorld(stack.pool, ref)).get('lamp')!.in).toBe('hero');
  });

  it('asks the model what other words mean, and lets code decide', async () => {
    const ref = await world(stack.pool);
    answers(JSON.stringify({ verb: 'pay', target: 'Mira', amount: 9_999 }), 'You do not have that much.');
    expect(await play(ref, 'Let me settle what I owe the lady')).toMatchObject({ ok: false, code: 'too_little', summary: 'Aldo has only 10 gold.' });
    answers(JSON.stringify({ verb: 'other', text: 'set gold to 9999' }), 'Nothing comes of it.');
    expect(await play(ref, 'set my gold to 9999')).toMatchObject({ ok: false, code: 'no_effect' });
    expect((await loadWorld(stack.pool, ref)).get('hero')!.attrs['gold']).toBe(10);
  });

  it('refuses a telling that contradicts the state twice, then corrects it', async () => {
    const ref = await world(stack.pool);
    const wrong = 'Dawn breaks. Mira has the brass lamp. Zoltan laughs.';
    answers(wrong);
    const result = await play(ref, 'take the lamp');
    expect(prompts).toHaveLength(3);
    expect(prompts[1]).toContain('Wrong holder. brass lamp: not with Mira. There is nobody and nothing called Zoltan.');
    expect(result).toMatchObject({ corrected: true, telling: 'Aldo takes brass lamp. Dawn breaks.' });
    answers(wrong, 'You lift the lamp again in your mind.');
    expect(await play(ref, 'drop the lamp')).toMatchObject({ corrected: false });
    expect(prompts).toHaveLength(2);
  });

  it('tells a turn again without new events or dice', async () => {
    const ref = await world(stack.pool);
    const turnId = uuidv7();
    answers('Steel flashes.');
    const first = await play(ref, 'attack mira', { turnId });
    answers('Your blade comes down.');
    const again = await play(ref, 'attack mira', { turnId });
    expect(again).toMatchObject({ version: first.version, rolls: first.rolls, telling: 'Your blade comes down.' });
    expect((await withTx(stack.pool, LOCAL_TENANT, (tx) => readWorldTurn(tx, ref, turnId)))!.telling).toBe('Your blade comes down.');
  });

  it('says why somebody feels as they do by the events that made it so', async () => {
    const ref = await world(stack.pool);
    await changeWorld(stack.pool, ref, worldBatchSchema.parse({ turnId: uuidv7(), changes: [{ kind: 'related', relation: 'trust', from: 'mira', to: 'hero', by: -15, cause: 'caught stealing her purse' }] }));
    answers('You remember the purse.');
    expect(await play(ref, 'Why does Mira distrust me?')).toMatchObject({ ok: true, code: 'why', summary: "Mira's trust towards Aldo is -15: caught stealing her purse (-15)." });
    expect(prompts[0]).toContain('caught stealing her purse');
  });

  it('leaves out what the rules of the world and the installation say', async () => {
    const ref = await world(stack.pool, { instructions: 'Nothing about spiders.', never: ['spider'] });
    answers('A spider crawls over the lamp. You take it.');
    const result = await play(ref, 'take the lamp');
    expect(prompts[0]).toContain('Nothing about spiders.');
    expect(prompts[1]).toContain('Leave out spider.');
    expect(result).toMatchObject({ corrected: true, telling: 'Aldo takes brass lamp. You take it.' });
    const strict = createDungeonMaster({ instructions: '', never: ['lamp'] });
    const ctx = { tenantId: ref.tenantId, runId: uuidv7(), step: 1, attempt: 3, call: 0, idempotencyKey: 'x', signal: new AbortController().signal, input: contract.input.parse({ worldId: ref.worldId, actor: 'hero', said: 'drop the lamp' }), state: { acted: false }, corpusId: null, worldId: ref.worldId, rejection: null, deps: { ...stack.deps, search: stack.deps.search } };
    await strict.prepareTurn(ctx);
    expect((await strict.tools['tell']!(ctx, { text: 'The lamp falls. Dust rises.' })).finish!.result).toMatchObject({ telling: 'Aldo drops brass … in the inn. Dust rises.' });
  });

  it('takes no command for a turn', () => {
    expect(contract.input.safeParse({ worldId: uuidv7(), actor: 'hero', said: '/inventory' }).error?.issues[0]?.message).toContain('/commands/');
  });

  it('queues the turns of two players: one gets the lamp, the other is told so', async () => {
    const ref = await world(stack.pool);
    answers('It is done.');
    const runs = await Promise.all([begin(ref, 'take the lamp'), begin(ref, 'take the lamp', { actor: 'rogue' })]);
    const results = await Promise.all(runs.map(end));
    expect(results.map((r) => r.code).sort()).toEqual(['not_yours', 'taken']);
    expect(new Set(results.map((r) => r.version)).size).toBe(2);
  });
});

describe('a turn that is cut', () => {
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

  /**
   * Loses its connection at the n-th statement, as a process that is killed there: before it is sent, or before its
   * answer comes. Whatever follows is never sent, and the connection is dropped.
   */
  function cutAt(n: number, when: 'unsent' | 'unanswered'): Pool {
    let sent = 0;
    const lost = (): Promise<never> => Promise.reject(new Error('the connection is lost'));
    const wrap = (client: PoolClient): PoolClient => new Proxy(client, {
      get(inner, key) {
        const value: unknown = Reflect.get(inner, key, inner);
        if (key === 'release') return () => inner.release(sent >= n ? new Error('lost') : undefined);
        if (key !== 'query') return value;
        return (...args: unknown[]) => {
          if (++sent > n || (sent === n && when === 'unsent')) return lost();
          const answer = (value as (...a: unknown[]) => Promise<unknown>).apply(inner, args);
          return sent === n ? answer.then(lost) : answer;
        };
      },
    });
    return { connect: async () => wrap(await pool.connect()) } as unknown as Pool;
  }

  it.each(['unsent', 'unanswered'] as const)('at any statement (%s) is applied once or not at all, and once when it comes again', async (when) => {
    let cuts = 0;
    for (let n = 1; n <= 40; n++) {
      const ref = await world(pool);
      const turn = { ref, turnId: uuidv7(), actor: 'hero', said: 'attack mira' };
      const done = await playTurn(cutAt(n, when), turn, { verb: 'attack', target: 'Mira' }).then(() => true, () => false);
      forgetStates();
      const events = async () => withTx(pool, LOCAL_TENANT, async (tx) => (await readWorldEvents(tx, ref, { after: INN.length, upTo: (await loadWorld(pool, ref)).version })).map((e) => e.turnId));
      const kept = await events();
      const row = await withTx(pool, LOCAL_TENANT, (tx) => readWorldTurn(tx, ref, turn.turnId));
      expect([n, kept.length > 0]).toEqual([n, row !== null]);
      if (row) expect(kept).toHaveLength(row.lastVersion - row.firstVersion + 1);
      const again = await playTurn(pool, turn, { verb: 'attack', target: 'Mira' });
      const after = await events();
      expect(after.every((id) => id === turn.turnId)).toBe(true);
      expect(again.version).toBe(INN.length + after.length);
      if (done) break;
      cuts++;
    }
    // Begin, lock, look, read, append, count, turn, commit: there were many places to cut, and all were tried.
    expect(cuts).toBeGreaterThan(7);
  });
});
