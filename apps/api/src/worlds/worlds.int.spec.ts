import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { problemSchema, type WorldChangeInput, worldPageSchema, worldStateViewSchema, worldViewSchema } from '#contracts';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(30_000);

const PLACES: WorldChangeInput[] = [
  { kind: 'created', entity: { id: 'inn', type: 'location', name: 'the inn' } },
  { kind: 'created', entity: { id: 'hero', type: 'character', name: 'the hero', in: 'inn', attrs: { alive: true, gold: 10 } } },
  { kind: 'created', entity: { id: 'lamp', type: 'item', name: 'a lamp', in: 'inn' } },
];
const TAKE: WorldChangeInput = { kind: 'moved', id: 'lamp', to: 'hero', cause: 'taken' };

describe('/v1/worlds', () => {
  let database: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    database = await testDatabase();
    api = await startApi({ databaseUrl: database.url });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  const problem = (res: request.Response, status: number, code: string) => {
    expect([res.status, res.type]).toEqual([status, 'application/problem+json']);
    return expect(problemSchema.parse(JSON.parse(res.text))).toMatchObject({ status, code });
  };
  const make = async (changes = PLACES) => worldViewSchema.parse((await request(api.url).post('/v1/worlds').send({ name: 'w', changes }).expect(201)).body).id;
  const change = (id: string, changes: WorldChangeInput[], ifMatch: string | null, turnId?: string) => {
    const sent = request(api.url).post(`/v1/worlds/${id}/events`);
    if (ifMatch !== null) void sent.set('If-Match', ifMatch);
    return sent.send({ changes, ...(turnId ? { turnId } : {}) });
  };
  const state = async (id: string, version: number) => worldStateViewSchema.parse((await request(api.url).get(`/v1/worlds/${id}/versions/${version}`).expect(200)).body);

  it('makes, reads, lists and deletes; the same key makes one', async () => {
    const key = uuidv7();
    const send = () => request(api.url).post('/v1/worlds').set('Idempotency-Key', key).send({ name: 'first', changes: PLACES });
    const made = await send().expect(201);
    expect(made.body).toMatchObject({ name: 'first', version: 3, rules: 'campaign', parent: null });
    expect([made.headers['location'], made.headers['etag']]).toEqual([`/v1/worlds/${made.body.id}`, '"3"']);
    const again = await send().expect(201);
    expect([again.body.id, again.headers['idempotency-replayed']]).toEqual([made.body.id, 'true']);
    expect(worldPageSchema.parse((await request(api.url).get('/v1/worlds?limit=1')).body).data[0]!.id).toBe(made.body.id);
    await request(api.url).delete(`/v1/worlds/${made.body.id}`).expect(204);
    problem(await request(api.url).get(`/v1/worlds/${made.body.id}`), 404, 'not_found');
  });

  it('takes a change against the version it was made for, and no other', async () => {
    const id = await make();
    problem(await change(id, [TAKE], null), 400, 'validation_failed');
    problem(await change(id, [TAKE], '"2"'), 412, 'world_changed');
    const turnId = uuidv7();
    const changed = await change(id, [TAKE], '"3"', turnId).expect(200);
    expect([changed.body, changed.headers['etag']]).toEqual([{ firstVersion: 4, version: 4, replayed: false }, '"4"']);
    expect((await change(id, [TAKE], '"3"', turnId).expect(200)).body).toMatchObject({ version: 4, replayed: true });
    problem(await change(id, [{ kind: 'changed', id: 'hero', set: { gold: 9_999 } }], '*'), 422, 'world_rule_broken');
    problem(await change(id, [{ kind: 'restored', to: 0, why: 'undo' }], '*'), 422, 'world_rule_broken');
    problem(await change(uuidv7(), [TAKE], '*'), 404, 'not_found');
  });

  it('shows any version, the log, and what differs', async () => {
    const id = await make();
    await change(id, [TAKE], '*', uuidv7()).expect(200);
    expect((await state(id, 3)).entities.find((e) => e.id === 'lamp')!.in).toBe('inn');
    expect((await state(id, 4)).entities.find((e) => e.id === 'lamp')!.in).toBe('hero');
    problem(await request(api.url).get(`/v1/worlds/${id}/versions/5`), 404, 'not_found');
    const log = await request(api.url).get(`/v1/worlds/${id}/events?about=lamp`).expect(200);
    expect(log.body.data.map((e: { version: number }) => e.version)).toEqual([3, 4]);
    const diff = await request(api.url).get(`/v1/worlds/${id}/diff?from=3&to=4`).expect(200);
    expect(diff.body.entities).toMatchObject([{ id: 'lamp', before: { in: 'inn' }, after: { in: 'hero' } }]);
  });

  it('undoes, redoes and forks', async () => {
    const id = await make();
    problem(await request(api.url).post(`/v1/worlds/${id}/undo`).set('If-Match', '*'), 409, 'nothing_to_undo');
    await change(id, [TAKE], '*', uuidv7()).expect(200);
    expect((await request(api.url).post(`/v1/worlds/${id}/undo`).set('If-Match', '"4"').expect(200)).body.version).toBe(5);
    expect((await state(id, 5)).hash).toBe((await state(id, 3)).hash);
    await request(api.url).post(`/v1/worlds/${id}/redo`).set('If-Match', '"5"').expect(200);
    expect((await state(id, 6)).hash).toBe((await state(id, 4)).hash);
    const fork = await request(api.url).post(`/v1/worlds/${id}/forks`).send({ version: 4, name: 'branch' }).expect(201);
    expect(fork.body).toMatchObject({ name: 'branch', version: 4, parent: { id, version: 4 } });
    problem(await request(api.url).delete(`/v1/worlds/${id}`), 409, 'world_forked');
  });

  it('answers players’ commands from the state, and draws the map', async () => {
    const id = await make([...PLACES, { kind: 'created', entity: { id: 'mira', type: 'character', name: 'Mira', in: 'inn', attrs: { alive: true } } }]);
    await change(id, [TAKE, { kind: 'related', relation: 'trust', from: 'mira', to: 'hero', by: -10, cause: 'took her lamp' }], '*', uuidv7()).expect(200);
    const lines = async (command: string) => (await request(api.url).get(`/v1/worlds/${id}/commands/${command}`).expect(200)).body.lines;
    expect(await lines('inventory?actor=hero')).toEqual(['10 gold', 'a lamp']);
    expect(await lines('who?actor=hero')).toEqual(['the hero (you)', 'Mira']);
    expect(await lines('why?actor=hero&about=mira')).toEqual(['Mira, trust towards the hero: -10', '-10: took her lamp (version 6)']);
    expect([await lines('quests'), await lines('recap')]).toEqual([[], []]);
    const map = await request(api.url).get(`/v1/worlds/${id}/map?actor=hero`).expect(200).expect('content-type', /svg/);
    expect(String(map.body)).toContain('the inn');
    problem(await request(api.url).get(`/v1/worlds/${id}/commands/cheat`), 400, 'validation_failed');
  });

  it('refuses rules that cannot be read, and a first state that breaks them', async () => {
    problem(await request(api.url).post('/v1/worlds').send({ name: 'w', rules: { name: 'r', types: { t: { attrs: { type: 'nonsense' } } } } }), 400, 'validation_failed');
    problem(await request(api.url).post('/v1/worlds').send({ name: 'w', changes: [{ kind: 'created', entity: { id: 'x', type: 'item', name: 'x' } }] }), 422, 'world_rule_broken');
  });
});
