import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOCAL_TENANT, type RunSummary, scheduleIdOf, type ScheduleView } from '#contracts';
import { ALL_TENANTS, insertCorpus, insertDocument, insertPages, insertPassages, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';
import { ApiStack } from '../harness/api-stack.js';
import { modelOf } from '../harness/scenario.js';
import { until } from '../harness/until.js';

jest.setTimeout(60_000);

describe('a schedule', () => {
  let stack: ApiStack;
  beforeAll(async () => void (stack = await ApiStack.start()));
  afterAll(() => stack?.stop());

  const run = (scenario: { steps: number; delayMs?: number; key?: string } = { steps: 1 }) => ({ agent: 'probe', model: modelOf(scenario), input: { steps: scenario.steps } });
  const make = async (more: Record<string, unknown>): Promise<ScheduleView> => {
    const { status, body } = await stack.post<ScheduleView>('/schedules', { name: 'test', run: run(), ...more });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body;
  };
  const never = { cron: ['0 0 1 1 *'] };
  const runsOf = async (id: string): Promise<RunSummary[]> => (await stack.get<{ data: RunSummary[] }>(`/runs?scheduleId=${id}&limit=200`)).body.data;
  const times = async (id: string, from: string, to: string): Promise<string[]> => (await stack.get<{ data: string[] }>(`/schedules/${id}/times?from=${from}&to=${to}`)).body.data;

  it('fires by itself, a run each time, with the priority of scheduled work', async () => {
    const { id } = await make({ spec: { intervals: [{ everySeconds: 1 }] }, overlap: 'allow_all' });
    await until('two runs', async () => (await runsOf(id)).filter((r) => r.status === 'completed').length >= 2, 30_000);
    await stack.delete(`/schedules/${id}`);
    const runs = await runsOf(id);
    expect(runs.every((r) => r.priority === 'scheduled')).toBe(true);
    expect((await stack.get(`/schedules/${id}`)).status).toBe(404);
    await sleep(2_500);
    expect((await runsOf(id)).length).toBeLessThanOrEqual(runs.length + 1);
  });

  it('skips a fire while a run is under way, and a cancelled run is not revived', async () => {
    const { id } = await make({ spec: { intervals: [{ everySeconds: 1 }] }, run: run({ steps: 3, delayMs: 900 }), overlap: 'skip' });
    const first = await until('a run', async () => (await runsOf(id)).at(-1));
    await sleep(1_500);
    expect(await runsOf(id)).toHaveLength(1);
    await stack.post(`/schedules/${id}/pause`, { note: 'enough' });
    await stack.post(`/runs/${first.id}/cancel`);
    await until('its end', async () => (await runsOf(id)).find((r) => r.id === first.id)?.status === 'cancelled');
    await sleep(1_500);
    expect((await runsOf(id)).map((r) => r.status)).toEqual(['cancelled']);
    const paused = (await stack.get<ScheduleView>(`/schedules/${id}`)).body;
    expect(paused).toMatchObject({ paused: true, note: 'enough' });
    expect(paused.lastFires).toHaveLength(1);
    // What a person wrote is nowhere in Temporal.
    const there = await stack.loop.client.schedule.getHandle(scheduleIdOf(id)).describe();
    expect([there.state.paused, JSON.stringify(there.raw).includes('enough')]).toEqual([true, false]);
    await stack.delete(`/schedules/${id}`);
  });

  it('lets a fire wait for the run before it, or ends that one, as its overlap policy says', async () => {
    const fires = async (overlap: string): Promise<RunSummary[]> => {
      const { id } = await make({ spec: never, run: run({ steps: 3, delayMs: 1_600 }), overlap });
      for (let i = 0; i < 3; i++) {
        await stack.post(`/schedules/${id}/trigger`);
        // Temporal tells fires apart by the second.
        await sleep(1_100);
      }
      return until(`the runs of ${overlap}`, async () => {
        const runs = (await runsOf(id)).sort((a, b) => (a.id < b.id ? -1 : 1));
        return runs.length >= (overlap === 'buffer_one' ? 2 : 3) && runs.every((r) => r.endedAt !== null) ? runs : null;
      }, 40_000);
    };
    const [buffered, cancelled, terminated] = await Promise.all([fires('buffer_one'), fires('cancel_other'), fires('terminate_other')]);
    // The third one found one waiting already.
    expect(buffered!.map((r) => r.status)).toEqual(['completed', 'completed']);
    expect(Date.parse(buffered![1]!.createdAt)).toBeGreaterThanOrEqual(Date.parse(buffered![0]!.endedAt!));
    expect(cancelled!.map((r) => r.status)).toEqual(['cancelled', 'cancelled', 'completed']);
    expect(terminated!.map((r) => r.status)).toEqual(['cancelled', 'cancelled', 'completed']);
  });

  it('is triggered once for one key, and backfilled for a range that has passed', async () => {
    const { id } = await make({ spec: { cron: ['0 12 * * *'] }, overlap: 'allow_all', paused: true });
    for (let i = 0; i < 2; i++) expect((await stack.post(`/schedules/${id}/trigger`, {}, { 'idempotency-key': 'now' })).status).toBe(202);
    await until('the triggered run', async () => (await runsOf(id)).length === 1 && (await runsOf(id))[0]!.status === 'completed');
    await sleep(1_000);
    expect(await runsOf(id)).toHaveLength(1);
    expect((await stack.post(`/schedules/${id}/backfill`, { from: '2026-01-01T00:00:00Z', to: '2026-01-04T00:00:00Z', overlap: 'allow_all' })).status).toBe(202);
    await until('the days', async () => (await runsOf(id)).filter((r) => r.status === 'completed').length === 4);
    const fires = (await stack.get<ScheduleView>(`/schedules/${id}`)).body.lastFires.map((f) => f.nominalAt);
    expect(fires.slice(1).sort()).toEqual(['2026-01-01T12:00:00.000Z', '2026-01-02T12:00:00.000Z', '2026-01-03T12:00:00.000Z']);
    // The same range again finds what was made for it.
    await stack.post(`/schedules/${id}/backfill`, { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', overlap: 'allow_all' });
    await sleep(1_500);
    expect(await runsOf(id)).toHaveLength(4);
  });

  it('keeps to the clock on the wall where that is put forward and back', async () => {
    const { id } = await make({ spec: { cron: ['30 2 * * *'], timezone: 'Europe/Berlin' } });
    // On 28 March 2027 the clock goes from 2:00 to 3:00, so that 2:30 does not exist; on 31 October it exists twice.
    expect(await times(id, '2027-03-27T00:00:00Z', '2027-03-30T00:00:00Z')).toEqual(['2027-03-27T01:30:00.000Z', '2027-03-29T00:30:00.000Z']);
    const autumn = await times(id, '2027-10-30T00:00:00Z', '2027-11-02T00:00:00Z');
    expect(autumn[0]).toBe('2027-10-30T00:30:00.000Z');
    expect(autumn.at(-1)).toBe('2027-11-01T01:30:00.000Z');
    const noon = await make({ spec: { cron: ['0 12 * * *'], timezone: 'America/New_York' } });
    expect(await times(noon.id, '2027-03-13T00:00:00Z', '2027-03-15T23:00:00Z')).toEqual(['2027-03-13T17:00:00.000Z', '2027-03-14T16:00:00.000Z', '2027-03-15T16:00:00.000Z']);
  });

  it('takes calendars, and refuses what makes no sense with the reason', async () => {
    const { id, nextTimes } = await make({ spec: { calendars: [{ hour: [{ start: 9 }], dayOfWeek: [{ start: 1, end: 5 }] }], timezone: 'UTC' } });
    expect(nextTimes!.length).toBeGreaterThan(0);
    expect(nextTimes!.every((t) => new Date(t).getUTCHours() === 9 && new Date(t).getUTCDay() % 6 !== 0)).toBe(true);
    expect(await times(id, '2027-01-01T00:00:00Z', '2027-01-05T00:00:00Z')).toEqual(['2027-01-01T09:00:00.000Z', '2027-01-04T09:00:00.000Z']);
    // Each fire is put off by a time of its own, the same whenever one asks.
    const late = await make({ spec: { intervals: [{ everySeconds: 3_600 }], jitterSeconds: 600 }, overlap: 'buffer_all', catchupSeconds: 86_400 });
    expect((await stack.loop.client.schedule.getHandle(scheduleIdOf(late.id)).describe()).policies).toMatchObject({ overlap: 'BUFFER_ALL', catchupWindow: 86_400_000, pauseOnFailure: false });
    const putOff = late.nextTimes!.map((t) => (Date.parse(t) / 1_000) % 3_600);
    expect(putOff.every((s) => s >= 0 && s <= 600)).toBe(true);
    expect(new Set(putOff).size).toBeGreaterThan(1);
    expect((await stack.get<ScheduleView>(`/schedules/${late.id}`)).body.nextTimes!.slice(0, 3)).toEqual(late.nextTimes!.slice(0, 3));
    const refused = async (body: object): Promise<string> => {
      const answer = await stack.post('/schedules', { name: 'bad', run: run(), ...body });
      return `${answer.status} ${JSON.stringify(answer.body)}`;
    };
    expect(await refused({ spec: { cron: ['every now and then'] } })).toMatch(/^400 .*spec/);
    expect(await refused({ spec: { cron: ['0 0 * * *'], timezone: 'Mars/Olympus' } })).toMatch(/^400 .*timezone/);
    expect(await refused({ spec: {} })).toMatch(/^400 .*at least one/);
    expect(await refused({ spec: never, run: { agent: 'probe', input: { steps: 0 } } })).toMatch(/^400 .*steps/);
    expect((await stack.get<{ data: ScheduleView[] }>('/schedules')).body.data.map((s) => s.name)).not.toContain('bad');
  });

  it('lets time pass in a world, once for each fire, and the players are told', async () => {
    const changes = [
      { kind: 'created', entity: { id: 'inn', type: 'location', name: 'the inn' } },
      { kind: 'created', entity: { id: 'mira', type: 'character', name: 'Mira', in: 'inn', attrs: { alive: true } } },
      { kind: 'created', entity: { id: 'hero', type: 'character', name: 'the hero', in: 'inn', attrs: { alive: true, player: true } } },
      { kind: 'created', entity: { id: 'guild', type: 'faction', name: 'the guild', attrs: { gold: 10, income: 5 } } },
      { kind: 'created', entity: { id: 'rumour', type: 'clock', name: 'a rumour', attrs: { filled: 0, segments: 1, then: [{ kind: 'related', relation: 'trust', from: 'mira', to: 'hero', by: -10, cause: 'heard a rumour of the guild' }] } } },
    ];
    const worldId = (await stack.post<{ id: string }>('/worlds', { name: 'vale', changes })).body.id;
    expect((await stack.post('/schedules', { name: 'bad', spec: never, world: { worldId: uuidv7() } })).status).toBe(400);
    expect((await stack.post('/schedules', { name: 'bad', spec: never, run: run(), world: { worldId } })).status).toBe(400);
    const { id } = await make({ spec: { cron: ['0 12 * * *'] }, run: undefined, world: { worldId }, overlap: 'allow_all' });
    const days = { from: '2026-01-01T00:00:00Z', to: '2026-01-04T00:00:00Z', overlap: 'buffer_all' };
    await stack.post(`/schedules/${id}/backfill`, days);
    const view = await until('three days', async () => {
      const now = (await stack.get<ScheduleView>(`/schedules/${id}`)).body;
      return now.lastFires.length === 3 ? now : null;
    });
    expect(view).toMatchObject({ agent: null, kind: 'world', worldId });
    expect(view.lastFires.every((f) => f.worldVersion !== null && f.runId === null)).toBe(true);
    // The same days again are the same fires.
    await stack.post(`/schedules/${id}/backfill`, days);
    await sleep(1_500);
    const version = Math.max(...view.lastFires.map((f) => f.worldVersion!));
    const state = (await stack.get<{ entities: { id: string; attrs: Record<string, unknown> }[] }>(`/worlds/${worldId}/versions/${version}`)).body;
    expect((await stack.get(`/worlds/${worldId}`)).body).toMatchObject({ version });
    expect(state.entities.find((e) => e.id === 'guild')!.attrs['gold']).toBe(25);
    expect((await stack.get(`/worlds/${worldId}/commands/why?actor=hero&about=mira`)).body).toMatchObject({ lines: ['Mira, trust towards the hero: -10', expect.stringContaining('heard a rumour of the guild')] });
    expect((await stack.get<{ lines: string[] }>(`/worlds/${worldId}/commands/recap`)).body.lines[0]).toContain('a rumour has come.');
    await stack.delete(`/schedules/${id}`);
  });

  it('starts a batch over the documents that are new in a corpus', async () => {
    const corpusId = uuidv7();
    const add = (name: string, text = 'It says nothing.') =>
      withTx(stack.loop.pool, LOCAL_TENANT, async (tx) => {
        const document = { tenantId: LOCAL_TENANT, corpusId, documentId: uuidv7() };
        await insertDocument(tx, { ...document, name, mediaType: 'text/plain', bytes: 1, sha256: Buffer.from(name.padEnd(32)), pages: 1, passages: 1 });
        await insertPages(tx, document, [{ page: 0, text }]);
        await insertPassages(tx, document, [{ passageId: uuidv7(), page: 0, pageStart: 0, section: null, text }]);
      });
    await withTx(stack.loop.pool, LOCAL_TENANT, (tx) => insertCorpus(tx, { tenantId: LOCAL_TENANT, corpusId, name: 'papers' }));
    await add('a.txt');
    await add('b.txt');
    const { id } = await make({ spec: never, run: undefined, newDocuments: { run: { ...run(), corpusId }, maxConcurrency: 2 } });
    const trigger = async (fires: number, schedule = id): Promise<ScheduleView> => {
      // Temporal tells fires apart by the second.
      await sleep(1_100);
      await stack.post(`/schedules/${schedule}/trigger`, { overlap: 'allow_all' });
      return until('the fire', async () => {
        const view = (await stack.get<ScheduleView>(`/schedules/${schedule}`)).body;
        return view.lastFires.length === fires ? view : null;
      });
    };
    await trigger(1);
    await until('two runs', async () => (await runsOf(id)).filter((r) => r.status === 'completed').length === 2);
    expect((await trigger(2)).lastFires[0]).toMatchObject({ batchId: null, skipped: 'no new documents' });
    await add('c.txt');
    await trigger(3);
    await until('one more', async () => (await runsOf(id)).filter((r) => r.status === 'completed').length === 3);
    expect((await withTx(stack.loop.pool, ALL_TENANTS, (tx) => tx.query('select 1 from batches where schedule_id = $1', [id]))).rowCount).toBe(2);
    // By a query: of what is new, only what holds its words.
    const asked = await make({ spec: never, run: undefined, newDocuments: { run: { ...run(), corpusId }, query: 'warfarin -aspirin' } });
    expect(asked.query).toBe('warfarin -aspirin');
    expect((await trigger(1, asked.id)).lastFires[0]).toMatchObject({ batchId: null, skipped: 'no new documents' });
    await add('d.txt', 'Warfarin was given to all of them.');
    await add('e.txt', 'Warfarin was given with aspirin.');
    const batchId = (await trigger(2, asked.id)).lastFires[0]!.batchId!;
    await until('its run', async () => (await runsOf(asked.id)).filter((r) => r.status === 'completed').length === 1);
    const { rows } = await withTx(stack.loop.pool, LOCAL_TENANT, (tx) => tx.query<{ name: string }>('select d.name from batch_items i join documents d on d.document_id = i.key::uuid where i.batch_id = $1', [batchId]));
    expect(rows.map((r) => r.name)).toEqual(['d.txt']);
  });
});
