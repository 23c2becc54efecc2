import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { dungeonMaster } from '#agents/dungeon-master/activities/index';
import { LOCAL_TENANT, type RunRef, type WorldChangeInput, worldBatchSchema, type WorldRef } from '#contracts';
import { changeWorld, forgetStates, insertWorld, loadWorld, readWorld, readWorldEvents, withTx } from '#store';
import { CAMPAIGN_RULES } from '#world';
import { ApiStack } from '../harness/api-stack.js';

jest.setTimeout(60_000);

const INN: WorldChangeInput[] = [
  { kind: 'created', entity: { id: 'inn', type: 'location', name: 'the inn' } },
  { kind: 'created', entity: { id: 'hero', type: 'character', name: 'Aldo', in: 'inn', attrs: { alive: true, player: true, gold: 10, hp: 20 } } },
  { kind: 'created', entity: { id: 'mira', type: 'character', name: 'Mira', in: 'inn', attrs: { alive: true, gold: 0, hp: 9 } } },
  { kind: 'created', entity: { id: 'lamp', type: 'item', name: 'brass lamp', in: 'inn' } },
];
const SETTLE = 'Let me settle what I owe the lady';
const PAY = JSON.stringify({ verb: 'pay', target: 'Mira', amount: 3 });

describe('a run that plays in a world', () => {
  let stack: ApiStack;
  let down = false;
  beforeAll(async () => {
    stack = await ApiStack.start({ agents: new Map([[dungeonMaster.contract.name, dungeonMaster]]) });
    // Understands the player, then tells: while it is down, what was done stands and is not told.
    stack.loop.script = (request) => {
      if (request.format) return { content: PAY };
      return down ? { error: { status: 503, message: 'loading' } } : { content: 'Mira nods.' };
    };
  }, 120_000);
  afterAll(() => stack?.stop());

  async function world(): Promise<WorldRef> {
    const ref = { tenantId: LOCAL_TENANT, worldId: uuidv7() };
    await withTx(stack.loop.pool, LOCAL_TENANT, (tx) => insertWorld(tx, { ...ref, name: 'inn', rules: CAMPAIGN_RULES }));
    await changeWorld(stack.loop.pool, ref, worldBatchSchema.parse({ changes: INN }));
    return ref;
  }
  const begin = (ref: WorldRef, said: string): Promise<RunRef> => stack.run({ steps: 1 }, { agent: 'dungeon-master', input: { worldId: ref.worldId, actor: 'hero', said }, model: 'scripted' });
  const gold = async (ref: WorldRef): Promise<unknown> => (forgetStates(), (await loadWorld(stack.loop.pool, ref)).get('hero')!.attrs['gold']);
  const kinds = (ref: WorldRef) => withTx(stack.loop.pool, LOCAL_TENANT, async (tx) => (await readWorldEvents(tx, ref, { after: INN.length, upTo: (await readWorld(tx, ref))!.version })).map((e) => e.change.kind));
  const versions = async (run: RunRef) => (await stack.get<{ data: { step: number; worldVersion: number }[] }>(`/runs/${run.runId}/checkpoints`)).body.data.map((c) => [c.step, c.worldVersion]);

  it('goes back with its world: the turn is taken back in the log and played anew, once', async () => {
    const ref = await world();
    down = true;
    const run = await begin(ref, SETTLE);
    await stack.loop.untilStatus(run, 'waiting_runtime');
    expect(await gold(ref)).toBe(7);
    const acted = (await withTx(stack.loop.pool, LOCAL_TENANT, (tx) => readWorld(tx, ref)))!.version;
    expect(await versions(run)).toEqual([[0, INN.length], [1, acted]]);
    expect(await stack.post(`/runs/${run.runId}/rewind`, { toStep: 0, lesson: 'say it better' })).toMatchObject({ status: 202 });
    await stack.loop.untilStep(run, 3);
    down = false;
    await stack.loop.untilStatus(run, 'completed');
    expect(await gold(ref)).toBe(7);
    const log = await kinds(ref);
    expect(log.filter((k) => k === 'restored')).toHaveLength(1);
    expect(log).toHaveLength(2 * (acted - INN.length) + 1);
    expect((await versions(run)).at(-1)).toEqual([expect.any(Number), INN.length + log.length]);
  });

  it('takes back what planning a turn did, when the model never answered', async () => {
    const ref = await world();
    down = true;
    const run = await begin(ref, 'take the brass lamp');
    await stack.loop.untilStatus(run, 'waiting_runtime');
    expect(await stack.post(`/runs/${run.runId}/rewind`, { toStep: 0 })).toMatchObject({ status: 202 });
    await stack.loop.untilStep(run, 2);
    down = false;
    const { status } = await stack.loop.untilStatus(run, 'completed');
    expect([status, (await kinds(ref)).filter((k) => k === 'restored').length]).toEqual(['completed', 1]);
    expect((await loadWorld(stack.loop.pool, ref)).get('lamp')!.in).toBe('hero');
  });

  it('does not take back what others did: 409, and a fork gets a world of its own', async () => {
    const ref = await world();
    down = true;
    const run = await begin(ref, SETTLE);
    await stack.loop.untilStatus(run, 'waiting_runtime');
    await stack.loop.untilStep(run, 2);
    const { version } = await changeWorld(stack.loop.pool, ref, worldBatchSchema.parse({ changes: [{ kind: 'created', entity: { id: 'cup', type: 'item', name: 'cup', in: 'inn' } }] }));
    expect(await stack.post(`/runs/${run.runId}/rewind`, { toStep: 0 })).toMatchObject({ status: 409, body: { code: 'world_shared' } });
    down = false;
    await stack.loop.untilStatus(run, 'completed');
    expect((await stack.get(`/runs/${run.runId}`)).body).toMatchObject({ worldId: ref.worldId });
    const forks = await Promise.all([0, 1].map((fromStep) => stack.post(`/runs/${run.runId}/forks`, { fromStep })));
    for (const [fromStep, { body }] of forks.entries()) {
      const fork = { ...run, runId: body['id'] as string };
      await stack.loop.untilStatus(fork, 'completed');
      const own = { ...ref, worldId: body['worldId'] as string };
      expect(own.worldId).not.toBe(ref.worldId);
      // From the start the turn is played again; from after it, it is only told.
      expect([fromStep, await gold(own), (await withTx(stack.loop.pool, LOCAL_TENANT, (tx) => readWorld(tx, own)))!.parent]).toEqual([fromStep, 7, { id: ref.worldId, version: (await versions(run))[fromStep]![1] }]);
      expect((await loadWorld(stack.loop.pool, own)).get('cup')).toBeUndefined();
    }
    expect((await withTx(stack.loop.pool, LOCAL_TENANT, (tx) => readWorld(tx, ref)))!.version).toBe(version);
  });
});
