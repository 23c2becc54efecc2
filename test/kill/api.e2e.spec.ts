import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { SseReader } from '../harness/sse-reader.js';
import { LOCAL_TENANT, type RunRef } from '#contracts';
import { checkRun } from '../harness/check-run.js';
import { modelOf } from '../harness/scenario.js';
import { Stack } from '../harness/stack.js';

jest.setTimeout(60_000);

describe('kill -9, seen by a reader of the event stream:', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ worker: 'apps/worker/src/main.ts' });
    await stack.api.start();
  });
  afterAll(() => stack?.stop());

  it('of the API in mid stream: the run goes on, and the reader that comes back misses and repeats nothing', async () => {
    const body = { agent: 'probe', input: { steps: 8, bytes: 200 }, model: modelOf({ steps: 8, delayMs: 350, words: 60 }) };
    const answer = await fetch(`${stack.apiUrl}/v1/runs`, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': 'killed' }, body: JSON.stringify(body) });
    expect(answer.status).toBe(202);
    const { id: runId } = (await answer.json()) as { id: string };
    const ref: RunRef = { tenantId: LOCAL_TENANT, runId };
    const first = new SseReader(`${stack.apiUrl}/v1/runs/${runId}/events`);
    await first.until((m) => m.some((x) => x.event === 'step.started' && x.data?.['step'] === 3) && m.some((x) => x.event === 'text.delta'));
    await stack.api.kill();
    await first.untilEnd();
    await stack.untilStep(ref, 5);
    await stack.api.start();
    const second = new SseReader(`${stack.apiUrl}/v1/runs/${runId}/events`, { 'last-event-id': String(first.ids.at(-1)) });
    await second.untilEnd();
    const { events } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect([...first.ids, ...second.ids]).toEqual(events.map((e) => e.seq));
    expect(second.messages.at(-1)?.event).toBe('run.finished');
    const again = await fetch(`${stack.apiUrl}/v1/runs`, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': 'killed' }, body: JSON.stringify(body) });
    expect([again.status, again.headers.get('idempotency-replayed'), ((await again.json()) as { id: string }).id]).toEqual([200, 'true', runId]);
  });

  it('of Postgres: the stream goes on without a gap', async () => {
    const ref = await stack.startRun({ steps: 6, delayMs: 250 });
    const reader = new SseReader(`${stack.apiUrl}/v1/runs/${ref.runId}/events`);
    await stack.untilStep(ref, 3);
    await sleep(Math.random() * 300);
    await stack.postgres.kill();
    await stack.postgres.start();
    await stack.untilStatus(ref, 'completed', 40_000);
    await reader.untilEnd();
    const { events } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(reader.ids).toEqual(events.map((e) => e.seq));
  });
});
