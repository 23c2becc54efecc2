import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LOCAL_TENANT, type RunRef, type RunView } from '#contracts';
import { ApiStack } from '../harness/api-stack.js';
import { payloadTexts, readExecutions } from '../harness/history.js';
import { until } from '../harness/until.js';

jest.setTimeout(60_000);
const SAID = 'I look once more at the lamp';
const CONSOLE = 'http://127.0.0.1:3000/console';

/** What Temporal has of a run for whoever opens nothing but its Web UI. */
describe("a run in Temporal's Web UI", () => {
  let stack: ApiStack;
  let ref: RunRef;
  let run: RunView;
  beforeAll(async () => {
    stack = await ApiStack.start({ consoleUrl: CONSOLE });
    stack.loop.script = () => ({ content: SAID, toolCalls: [{ name: 'read_filler', args: { n: 1 } }] });
    ref = await stack.run({ steps: 30 }, { model: 'stuck' });
    await stack.loop.untilStatus(ref, 'waiting_input', 40_000);
    run = (await stack.get<RunView>(`/runs/${ref.runId}`)).body;
  }, 120_000);
  afterAll(() => stack?.stop());

  it('is found by its agent, status, verdict and tenant', async () => {
    const found = async (...conditions: [attribute: string, value: string][]): Promise<string[]> => {
      const query = conditions.map(([attribute, value]) => `${attribute} = '${value}'`).join(' and ');
      const ids: string[] = [];
      for await (const { workflowId } of stack.loop.client.workflow.list({ query })) ids.push(workflowId);
      return ids;
    };
    const all: [string, string][] = [['HoldfastAgent', 'probe'], ['HoldfastStatus', 'waiting_input'], ['HoldfastVerdict', run.drift.verdict], ['HoldfastTenant', LOCAL_TENANT]];
    await until('Temporal to list it', async () => (await found(...all)).includes(run.temporal.workflowId));
    for (const one of all) expect(await found(one)).toContain(run.temporal.workflowId);
    expect(await found(['HoldfastVerdict', 'premature_finish'])).toEqual([]);
  });

  it('is read by what each step called and how that came out, and says nothing of what was said', async () => {
    const [execution] = await readExecutions(stack.loop.client, ref);
    const texts = payloadTexts(execution!.events);
    expect(texts).toEqual(expect.arrayContaining(['"step 1"', '"step 1: read_filler"', '"step 2 (step 1: read_filler, ok)"', '"step 2: read_filler"']));
    const { currentDetails } = await stack.loop.handle(ref).query<{ currentDetails: string }, []>('__temporal_workflow_metadata');
    const { step } = run.head;
    expect(currentDetails).toContain(`**Step ${step}** of ${run.limits.maxSteps}`);
    expect(currentDetails).toContain(`](${CONSOLE}/runs/${ref.runId})`);
    expect(currentDetails).toMatch(new RegExp(`\\n- drift: \\*\\*${run.drift.verdict}\\*\\*, overthinking \\d\\.\\d\\d, overacting \\d\\.\\d\\d, steered: \\w+\\n- limits: [\\d,]+ of [\\d,]+ tokens, [\\d,]+ of [\\d,]+ s\\n- step ${step}: read_filler, ok\\n`));
    for (const text of [...texts, currentDetails]) expect(text).not.toContain('lamp');
  });
});
