import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { soleGate } from '#activities';
import { createApi } from '#apps/api/src/app';
import { probeContract } from '#agents/probe/contract';
import type { QueuePlace } from '#contracts';
import { createRuntime } from '#models';
import { createLogger } from '#platform';
import { LoopStack } from '../harness/loop-stack.js';
import { until } from '../harness/until.js';

jest.setTimeout(60_000);

describe('runs that wait for one slot', () => {
  let stack: LoopStack;
  let app: Awaited<ReturnType<typeof createApi>>;
  beforeAll(async () => {
    stack = await LoopStack.start();
    await stack.stopWorkers();
    stack.deps.gate = soleGate(createRuntime({ kind: 'ollama', url: stack.runtime.url, model: '', embedModel: 'e' }), 'none', 1);
    await stack.startWorkers();
    app = await createApi({ config: stack.config, agents: [probeContract], logger: createLogger({ logLevel: 'silent' }, 'test') });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    await app?.close();
    await stack?.stop();
  });

  it('have a place and an estimated wait, and none once they are served', async () => {
    const address = (await app.getUrl()).replace('[::1]', '127.0.0.1');
    const placeOf = async (runId: string): Promise<QueuePlace> => (await (await fetch(`${address}/v1/runs/${runId}/queue`)).json()) as QueuePlace;
    let free = (): void => undefined;
    const held = new Promise<void>((resolve) => (free = resolve));
    stack.script = async () => (await held, { content: 'x', toolCalls: [{ name: 'done', args: {} }] });
    const first = await stack.startRun({ steps: 1 });
    await until('the first call to be served', () => stack.runtime.calls > 0);
    const others = [await stack.startRun({ steps: 1 }), await stack.startRun({ steps: 1 })];
    const place = await until('a place in the queue', async () => {
      const places = await Promise.all(others.map(({ runId }) => placeOf(runId)));
      return places.every(({ waiting, place }) => waiting && place === 2) ? places[0] : null;
    });
    expect(place).toMatchObject({ queue: 'holdfast-model-ollama', estimatedWaitSeconds: expect.any(Number) });
    expect(place.estimatedWaitSeconds).toBeGreaterThan(0);
    expect(await placeOf(first.runId)).toMatchObject({ waiting: false, place: null });
    const read = async (runId: string, etag?: string) => fetch(`${address}/v1/runs/${runId}`, { ...(etag && { headers: { 'if-none-match': etag } }) });
    const shown = await read(others[0]!.runId);
    expect(await shown.json()).toMatchObject({ status: 'running', queue: { waiting: true, place: 2, gates: 1, queue: 'holdfast-model-ollama', estimatedWaitSeconds: place.estimatedWaitSeconds } });
    expect((await read(others[0]!.runId, shown.headers.get('etag')!)).status).toBe(304);
    expect(await (await read(first.runId)).json()).toMatchObject({ queue: null });
    free();
    for (const ref of [first, ...others]) await stack.untilStatus(ref, 'completed');
    expect(await placeOf(others[1]!.runId)).toMatchObject({ waiting: false });
    const ended = await read(others[0]!.runId, shown.headers.get('etag')!);
    expect([ended.status, await ended.json()]).toMatchObject([200, { status: 'completed', queue: null }]);
    await stack.runtime.stop();
    const waiting = await stack.startRun({ steps: 1 });
    await stack.untilStatus(waiting, 'waiting_runtime');
    expect(await (await read(waiting.runId)).json()).toMatchObject({ status: 'waiting_runtime', queue: null });
    await stack.runtime.start();
    await stack.untilStatus(waiting, 'completed');
  });
});
