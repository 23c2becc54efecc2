import { EventSchemas } from '@ag-ui/core/schemas';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RunRef } from '#contracts';
import { createPool, type Pool } from '#store';
import { testDatabase } from '#test/setup/servers';
import { SseReader } from '#test/harness/sse-reader';
import { RunRows } from '../testing/run-rows.js';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(30_000);

type Said = { type: string } & Record<string, unknown>;

/** What AG-UI asks of the order: one start first, everything closed that was opened, and nothing after the end. */
function checkOrder(events: Said[]): void {
  const open = new Set<string>();
  const pairs: Record<string, [string, string]> = { TEXT_MESSAGE: ['START', 'messageId'], REASONING: ['START', 'messageId'], REASONING_MESSAGE: ['START', 'messageId'], TOOL_CALL: ['START', 'toolCallId'], STEP: ['STARTED', 'stepName'] };
  expect(events[0]!.type).toBe('RUN_STARTED');
  expect(events.filter(({ type }) => type === 'RUN_STARTED')).toHaveLength(1);
  for (const event of events) {
    const [, what, how] = /^(.*)_(START|STARTED|CONTENT|END|FINISHED)$/.exec(event.type) ?? [];
    const pair = what === undefined ? undefined : pairs[what];
    if (!pair) continue;
    const key = `${what} ${String(event[pair[1]])}`;
    if (how === pair[0]) open.add(key);
    else expect([key, open.has(key)]).toEqual([key, true]);
    if (how === 'END' || how === 'FINISHED') open.delete(key);
  }
  expect([...open]).toEqual([]);
}

describe('events as AG-UI', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  let pool: Pool;
  let rows: RunRows;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    rows = new RunRows(pool);
    api = await startApi({ databaseUrl: database.url, timing: { pingMs: 50, pollMs: 300 } });
  });
  afterAll(async () => {
    await api.close();
    rows.notifier.close();
    await pool.end();
    await database.drop();
  });

  const read = (ref: RunRef, headers: Record<string, string> = {}): SseReader => new SseReader(`${api.url}/v1/runs/${ref.runId}/events?format=ag-ui`, headers);
  const said = (reader: SseReader): Said[] => reader.messages.map(({ data }) => data as Said);

  it('a run as it goes: text, reasoning, a step that is tried again, tools, and how it ended', async () => {
    const ref = await rows.run();
    await rows.start(ref);
    const reader = read(ref);
    await rows.event(ref, { type: 'step.started', step: 1, attempt: 1 });
    await rows.say(ref, { step: 1, attempt: 1, delivery: 1, n: 0 }, 'first try');
    await reader.until(() => said(reader).some(({ delta }) => delta === 'first try'));
    await rows.event(ref, { type: 'step.attempt_reset', step: 1, attempt: 2 });
    await rows.say(ref, { step: 1, attempt: 2, delivery: 1, n: 0 }, 'second try');
    await reader.until(() => said(reader).some(({ delta }) => delta === 'second try'));
    await rows.event(ref, { type: 'tool.called', step: 1, attempt: 2, data: { call: 0, tool: 'say' } }, { type: 'tool.finished', step: 1, attempt: 2, data: { call: 0, tool: 'say', ms: 12, error: 'agent' } }, { type: 'drift.report', step: 1, data: { verdict: 'suspect' } }, { type: 'checkpoint.saved', step: 1, attempt: 2 });
    await rows.end(ref, 'completed');
    await reader.untilEnd();
    const events = said(reader).map((event) => EventSchemas.parse(event) as Said);
    checkOrder(events);
    expect(events[0]).toMatchObject({ type: 'RUN_STARTED', runId: ref.runId, threadId: ref.runId });
    const messages = events.filter(({ type }) => type === 'TEXT_MESSAGE_CONTENT');
    expect(messages.map(({ delta }) => delta)).toEqual(['first try', 'second try']);
    expect(messages[0]!['messageId']).not.toBe(messages[1]!['messageId']);
    expect(events).toContainEqual(expect.objectContaining({ type: 'TOOL_CALL_RESULT', toolCallId: '1.2.0', content: '{"ms":12,"error":"agent"}' }));
    expect(events).toContainEqual(expect.objectContaining({ type: 'CUSTOM', name: 'holdfast.drift.report', value: expect.objectContaining({ verdict: 'suspect' }) }));
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
    // The numbers are the events' own: a reader goes on with them.
    expect(reader.ids).toEqual(Array.from({ length: reader.ids.length }, (_, i) => i + 1));
  });

  it('goes on after the last event, from within a step, and says how a run failed or was cancelled', async () => {
    const ref = await rows.run();
    await rows.event(ref, { type: 'step.started', step: 1, attempt: 1 }, { type: 'tool.called', step: 1, attempt: 1, data: { call: 0, tool: 'say' } }, { type: 'tool.finished', step: 1, attempt: 1, data: { call: 0, tool: 'say', ms: 1 } });
    await rows.end(ref, 'failed');
    const reader = read(ref, { 'last-event-id': '3' });
    await reader.untilEnd();
    const events = said(reader).map((event) => EventSchemas.parse(event) as Said);
    checkOrder(events);
    expect(reader.ids[0]).toBe(4);
    expect(events.at(-1)).toMatchObject({ type: 'RUN_ERROR', message: 'The run ended as failed', code: 'failed' });

    const cancelled = await rows.run();
    await rows.end(cancelled, 'cancelled');
    const other = read(cancelled);
    await other.untilEnd();
    expect(EventSchemas.parse(said(other).at(-1))).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
  });
});
