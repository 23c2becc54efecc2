import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { importedWorldSchema } from '#contracts';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(30_000);

describe('a world as a file', () => {
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

  const take = (body: object, status = 201) => request(api.url).post('/v1/worlds/import').send(body).expect(status);
  const hash = async (id: string, version: number) => (await request(api.url).get(`/v1/worlds/${id}/versions/${version}`).expect(200)).body.hash;
  const lorebook = { entries: { 0: { key: ['dragon'], content: 'It sleeps.' }, 1: { key: ['x'] } } };

  it('is imported with errors by entry, and exported again', async () => {
    const made = importedWorldSchema.parse((await take({ format: 'lorebook', data: lorebook, name: 'vale' })).body);
    expect([made.world.name, made.entities, made.errors]).toEqual(['vale', { lore: 2 }, [{ entry: '1', reason: 'It has no content.' }]]);
    const back = await request(api.url).get(`/v1/worlds/${made.world.id}/export?format=lorebook`).expect(200);
    expect(back.body).toEqual({ entries: { 0: lorebook.entries[0] } });
    expect((await take({ format: 'light', data: { nonsense: 1 } }, 422)).body.code).toBe('import_unreadable');
  });

  it('comes back from a campaign with every version, what was undone included', async () => {
    const made = await request(api.url).post('/v1/worlds').send({ name: 'c', changes: [{ kind: 'created', entity: { id: 'inn', type: 'location', name: 'inn' } }, { kind: 'created', entity: { id: 'hero', type: 'character', name: 'hero', in: 'inn', attrs: { gold: 1 } } }] }).expect(201);
    const id = made.body.id as string;
    const earn = (by: number) => request(api.url).post(`/v1/worlds/${id}/events`).set('If-Match', '*').send({ turnId: uuidv7(), actor: 'hero', changes: [{ kind: 'amount', id: 'hero', attr: 'gold', by, cause: 'work' }] }).expect(200);
    await earn(5);
    await earn(7);
    await request(api.url).post(`/v1/worlds/${id}/undo`).set('If-Match', '*').expect(200);
    const fork = (await request(api.url).post(`/v1/worlds/${id}/forks`).send({}).expect(201)).body.id as string;
    const file = (await request(api.url).get(`/v1/worlds/${fork}/export`).expect(200)).body;
    expect([file.events.length, file.turns.length]).toEqual([5, 2]);
    const again = importedWorldSchema.parse((await take({ format: 'campaign', data: file })).body);
    expect(again.world.version).toBe(5);
    for (const version of [0, 2, 3, 4, 5]) expect(await hash(again.world.id, version)).toBe(await hash(id, version));
    await request(api.url).post(`/v1/worlds/${again.world.id}/redo`).set('If-Match', '*').expect(200);
    expect(await hash(again.world.id, 6)).toBe(await hash(id, 4));
    file.events[1].change.entity.in = 'nowhere';
    expect((await take({ format: 'campaign', data: file }, 422)).body.code).toBe('world_rule_broken');
    file.events[0].change.kind = 'magic';
    expect((await take({ format: 'campaign', data: file }, 422)).body.code).toBe('import_unreadable');
  });
});
