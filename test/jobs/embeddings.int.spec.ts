import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { soleGate } from '#activities';
import { LOCAL_PRINCIPAL, LOCAL_TENANT as tenantId, TASK_QUEUES, workflowIds, WORKFLOWS } from '#contracts';
import { createRuntime } from '#models';
import { insertCorpus, insertIngestion, putBlob, withTx } from '#store';
import { LoopStack } from '../harness/loop-stack.js';
import { until } from '../harness/until.js';

jest.setTimeout(60_000);
const TEXT = Array.from({ length: 40 }, (_, i) => `Paragraph ${i} tells of the harbour, its ${i} ships and the weather of that day.`).join('\n\n');

describe('embedding documents', () => {
  let stack: LoopStack;
  beforeAll(async () => void (stack = await LoopStack.start()));
  afterAll(() => stack?.stop());

  it('has a lane of its own at the gate: a model call that holds the only slot does not hold it up', async () => {
    await stack.stopWorkers();
    stack.deps.gate = soleGate(createRuntime({ kind: 'ollama', url: stack.runtime.url, model: '', embedModel: 'e' }), 'none', 1);
    await stack.startWorkers();
    let free = (): void => undefined;
    const held = new Promise<void>((resolve) => (free = resolve));
    stack.script = async () => (await held, { content: 'x', toolCalls: [{ name: 'done', args: {} }] });
    const run = await stack.startRun({ steps: 1 });
    await until('the slot to be taken', () => stack.runtime.calls > 0);
    const ingestionId = await ingest(stack, 3);
    await stack.client.workflow.getHandle(workflowIds.ingestion(ingestionId)).result();
    expect((await stack.run(run)).status).toBe('running');
    expect(stack.runtime.requests.filter(({ path }) => path === '/api/embed').length).toBeGreaterThanOrEqual(3);
    const { events } = await stack.client.workflow.getHandle(workflowIds.ingestion(ingestionId)).fetchHistory();
    const lanes = (events ?? []).flatMap((e) => (e.activityTaskScheduledEventAttributes?.activityType?.name === 'embedDocument' ? [e.activityTaskScheduledEventAttributes.taskQueue?.name] : []));
    expect(lanes).toEqual(Array(3).fill(TASK_QUEUES.embeddings('ollama')));
    free();
    await stack.untilStatus(run, 'completed');
  });
});

/** Starts the ingestion of so many uploads. */
async function ingest(stack: LoopStack, count: number): Promise<string> {
  const ref = { tenantId, ingestionId: uuidv7() };
  const corpus = { tenantId, corpusId: uuidv7() };
  await withTx(stack.pool, tenantId, async (tx) => {
    await insertCorpus(tx, { ...corpus, name: 'papers' });
    const files = [];
    for (let n = 0; n < count; n++) {
      const bytes = Buffer.from(`# Paper ${n}\n\n${TEXT}`);
      const sha256 = createHash('sha256').update(bytes).digest();
      await putBlob(tx, corpus, sha256, bytes);
      files.push({ name: `paper-${n}.md`, sha256 });
    }
    await insertIngestion(tx, { ...ref, corpusId: corpus.corpusId, principalId: LOCAL_PRINCIPAL, files });
  });
  await stack.client.workflow.start(WORKFLOWS.ingestion, { workflowId: workflowIds.ingestion(ref.ingestionId), taskQueue: TASK_QUEUES.main, args: [ref] });
  return ref.ingestionId;
}
