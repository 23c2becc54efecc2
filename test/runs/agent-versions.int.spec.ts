import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { probe } from '#agents/probe/activities/index';
import type { AgentVersionView, RunView } from '#contracts';
import { withTx } from '#store';
import { ApiStack } from '../harness/api-stack.js';

jest.setTimeout(60_000);

describe('GET /agents/{name}/versions/{v}', () => {
  let stack: ApiStack;
  const agents = new Map([[probe.contract.name, probe]]);
  beforeAll(async () => void (stack = await ApiStack.start({ agents })));
  afterAll(() => stack?.stop());
  const version = async (v: string) => stack.get<AgentVersionView>(`/agents/probe/versions/${v}`);
  const digestOf = async (runId: string): Promise<string | null | undefined> => (await stack.get<RunView>(`/runs/${runId}`)).body.agentDigest;

  it('shows what runs began with, which stays as it was when the agent changes under the same version', async () => {
    expect((await version('1')).body).toMatchObject({ name: 'probe', version: '1', pinned: [] });
    const first = await stack.run({ steps: 1 });
    await stack.loop.untilStatus(first, 'completed');
    const { body } = await version('1');
    expect(body.pinned).toHaveLength(1);
    expect(body.pinned[0]).toMatchObject({ digest: await digestOf(first.runId), definition: { limits: probe.contract.limits, policy: probe.contract.drift, promptDigest: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    expect(body.pinned[0]!.definition.tools.map((t) => [t.name, t.timeoutMs])).toContainEqual(['read_filler', 30_000]);
    await stack.loop.stopWorkers();
    agents.set('probe', { ...probe, prompts: ['You are another probe.'] });
    stack.loop.deps.agents = agents;
    await stack.loop.startWorkers();
    const second = await stack.run({ steps: 1 });
    await stack.loop.untilStatus(second, 'completed');
    const after = (await version('1')).body.pinned;
    expect(after.map((p) => p.digest)).toEqual([await digestOf(second.runId), await digestOf(first.runId)]);
    expect(after[0]!.definition.promptDigest).not.toBe(after[1]!.definition.promptDigest);
    expect(await version('9')).toMatchObject({ status: 404, body: { code: 'unknown_agent' } });
    await expect(withTx(stack.loop.pool, first.tenantId, (tx) => tx.query(`update agent_versions set version = '2'`))).rejects.toThrow('do not change');
  });
});
