import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LOCAL_TENANT, workflowIds } from '#contracts';
import { withTx } from '#store';
import { checkRun } from './harness/check-run.js';
import { activityPayloads, payloadTexts, readExecutions } from './harness/history.js';
import { MARKER, modelOf } from './harness/scenario.js';
import { Stack } from './harness/stack.js';

jest.setTimeout(60_000);

/** A marker is planted in what a person says, what the model writes and thinks, and what a tool is given and fails with. */
describe('content', () => {
  let stack: Stack;
  const ref = { tenantId: LOCAL_TENANT, runId: '' };
  beforeAll(async () => {
    stack = await Stack.start({ worker: 'apps/worker/src/main.ts' });
    await stack.api.start();
    const post = async (path: string, body: unknown) => {
      const answer = await fetch(`${stack.apiUrl}/v1/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      expect(answer.status).toBe(202);
      return (await answer.json()) as { id: string };
    };
    ref.runId = (await post('runs', { agent: 'probe', input: { steps: 4, bytes: 200 }, model: modelOf({ steps: 4, marked: 1, delayMs: 150 }) })).id;
    await post(`runs/${ref.runId}/messages`, { text: `look for ${MARKER}` });
    await post(`runs/${ref.runId}/pause`, { reason: `because of ${MARKER}` });
    await post(`runs/${ref.runId}/resume`, {});
    await stack.untilStatus(ref, 'completed', 30_000);
  });
  afterAll(() => stack?.stop());

  it('is in Postgres, in the tables that hold content', async () => {
    await checkRun(stack.pool, ref, { status: 'completed' });
    const { rows } = await withTx(stack.pool, LOCAL_TENANT, (tx) => tx.query<{ n: number }>('select count(*)::int as n from contents where body like $1', [`%${MARKER}%`]));
    expect(rows[0]!.n).toBeGreaterThan(5);
  });

  it('never enters Temporal: neither history nor search attributes nor memo, with no codec between', async () => {
    const executions = await readExecutions(stack.client, ref);
    const text = executions.flatMap((e) => [JSON.stringify(e.events), ...payloadTexts(e.events)]).join('\n');
    expect(text).toContain(ref.runId);
    expect(text).not.toContain(MARKER);
    const { raw } = await stack.client.workflow.getHandle(workflowIds.run(ref.runId)).describe();
    const described = JSON.stringify(raw, (_key, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value));
    expect(described).not.toContain(MARKER);
  });

  it('is in no log at the default level', async () => {
    for (const part of ['worker', 'api'] as const) expect(await stack.log(part)).not.toContain(MARKER);
    expect(await stack.log('api')).toContain(ref.runId);
  });

  it('is in no event', async () => {
    const { rows } = await withTx(stack.pool, LOCAL_TENANT, (tx) => tx.query('select 1 from events where data::text like $1', [`%${MARKER}%`]));
    expect(rows).toEqual([]);
  });

  it('costs history at most 2 KB an activity; what an activity gives back is at most 1 KB', async () => {
    const events = (await readExecutions(stack.client, ref)).flatMap((e) => e.events);
    const payloads = activityPayloads(events);
    const { historySize } = await stack.client.workflow.getHandle(workflowIds.run(ref.runId)).describe();
    expect(payloads.length).toBeGreaterThan(10);
    expect(historySize! / payloads.length).toBeLessThanOrEqual(2_048);
    expect(Math.max(...payloads.map((p) => p.result))).toBeLessThanOrEqual(1_024);
    expect(Math.max(...payloads.map((p) => p.input))).toBeLessThanOrEqual(1_024);
  });
});
