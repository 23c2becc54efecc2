import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createModelGate } from '#activities';
import { LOCAL_TENANT } from '#contracts';
import { createRuntime } from '#models';
import type { ScriptedAnswer, ScriptedRequest } from '#models/scripted';
import { readFindings, withTx } from '#store';
import { LoopStack } from '../harness/loop-stack.js';
import { until } from '../harness/until.js';

jest.setTimeout(60_000);
const MODEL = 'leaky:latest';

/** A model that is said to have tools, writes its calls into the text, and is sound otherwise. */
function leaky({ messages, tools, format, options }: ScriptedRequest): ScriptedAnswer {
  if (format) return { content: '{"colour":"green","count":1,"parts":[{"name":"lamp"}]}' };
  if (tools && messages.at(-1)!.role === 'tool') return { content: 'It is 7319.' };
  if (tools) return { content: '<|tool_call>call:look_up{ship:<|"|>Endurance<|"|>}<tool_call|>' };
  const long = messages.reduce((sum, { content }) => sum + content.length, 0) > Number(options['num_ctx']) * 5;
  if (long) return { error: { status: 400, message: 'the request exceeds the available context size' } };
  return { content: 'Once upon a time there was a lighthouse.', ...(options['num_predict'] === 5 && { doneReason: 'length' as const, outputTokens: 5 }) };
}

describe('a model that is registered', () => {
  let stack: LoopStack;
  beforeAll(async () => {
    stack = await LoopStack.start();
    stack.script = leaky;
  });
  afterAll(() => stack?.stop());

  it('is examined through its gate, and its leaking calls go by the text protocol from then on', async () => {
    await stack.stopWorkers();
    const runtime = createRuntime({ id: 'ollama', kind: 'ollama', url: stack.runtime.url, model: MODEL, embedModel: 'e' });
    const listed = { ...runtime, models: async () => [MODEL] };
    const main = [{ runtimeId: 'ollama', model: MODEL }];
    stack.deps.gate = createModelGate({ runtimes: new Map([['ollama', listed]]), slots: new Map([['ollama', 1]]), roles: { main, fast: main, large: main, judge: main, vision: main, embed: main }, defaultRuntimeId: 'ollama' });
    await stack.startWorkers();
    const report = await until('the findings', () => withTx(stack.pool, LOCAL_TENANT, (tx) => readFindings(tx, { tenantId: LOCAL_TENANT, runtimeId: 'ollama', model: MODEL })));
    const verdicts = Object.fromEntries(report.findings.map(({ probe, verdict }) => [probe, verdict]));
    expect(verdicts).toMatchObject({ list: 'passed', stream: 'passed', schema: 'passed', tools_called: 'failed', tools_result: 'passed', refuses_long: 'passed' });
    expect(report).toMatchObject({ toolMode: 'text', driftDoubtful: true });
  });
});
