import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { type ApprovalView, LOCAL_TENANT, type RunRef, type RunView, type StepView } from '#contracts';
import { checkRun } from '../harness/check-run.js';
import { RestClient } from '../harness/rest-api.js';
import { Stack } from '../harness/stack.js';
import { until } from '../harness/until.js';
import { holdFile } from '../kill/hands.js';
import { linesOf } from '../kill/lines.js';
import { FIXTURE, McpConfiguration } from './configuration.js';
import { calling } from './script.js';

jest.setTimeout(90_000);

/** The worker is killed while a server has done what it was asked for, and has not said so yet. */
describe('a call of an MCP server across a kill -9 of the worker', () => {
  let conf: McpConfiguration;
  let stack: Stack;
  let api: RestClient;
  beforeAll(async () => {
    conf = await McpConfiguration.create();
    await conf.write({ fix: { command: process.execPath, args: [FIXTURE], agents: ['probe'], tools: { read_line: { effect: 'read' }, put: { effect: 'idempotent', keyArgument: 'requestId' }, post: { effect: 'once' } } } });
    await conf.accept();
    stack = await Stack.start({ script: 'test/mcp/script.ts', env: { HOLDFAST_MCP_FILE: conf.file } });
    await stack.api.start();
    api = new RestClient(`${stack.apiUrl}/v1`);
  });
  afterAll(async () => {
    await stack?.stop();
    await conf?.remove();
  });

  const SAID = 'XYZZY-said';
  async function start(tool: string, name: string): Promise<RunRef> {
    const { status, body } = await api.post<RunView>('/runs', { agent: 'probe', input: { steps: 2 }, model: calling(tool, { path: conf.at(name), line: `${SAID}-${name}` }) });
    if (status !== 202) throw new Error(`POST /runs answered ${status}: ${JSON.stringify(body)}`);
    return { tenantId: LOCAL_TENANT, runId: body.id };
  }
  const completed = async (ref: RunRef): Promise<string | undefined> => {
    await stack.untilStatus(ref, 'completed', 40_000);
    await checkRun(stack.pool, ref, { status: 'completed' });
    return (await api.get<{ data: StepView[] }>(`/runs/${ref.runId}/steps?include=content`)).body.data.find((s) => s.step === 1)!.messages!.find((m) => m.role === 'tool')!.content;
  };
  const keys = (name: string): number => new Set(linesOf(conf.at(name)).map((l) => l.key)).size;
  const decide = async (ref: RunRef, decision: 'approve' | 'deny'): Promise<void> => {
    const asked = await until('an approval', async () => (await api.get<{ data: ApprovalView[] }>(`/runs/${ref.runId}/approvals`)).body.data.find((a) => a.status === 'pending'));
    expect(asked).toMatchObject({ kind: 'doubt', tool: 'fix__post' });
    expect(await api.post(`/approvals/${asked.id}`, { decision, digest: asked.digest })).toMatchObject({ status: 200 });
  };

  it('read is made again; idempotent is made again under the same key; once is asked about; and nothing said is in a log', async () => {
    const names = ['read', 'put', 'post', 'posted-again'] as const;
    for (const name of names) writeFileSync(holdFile(conf.at(name), stack.worker.pid), '');
    const [read, put, post, again] = await Promise.all([start('fix__read_line', 'read'), start('fix__put', 'put'), start('fix__post', 'post'), start('fix__post', 'posted-again')] as const);
    for (const name of names) await until(`the line of ${name}`, () => linesOf(conf.at(name)).length === 1);
    await stack.worker.kill();
    await stack.worker.start();

    expect(await completed(read)).toContain('wrote');
    expect(linesOf(conf.at('read'))).toHaveLength(2);
    expect(await completed(put)).toContain('wrote');
    expect([linesOf(conf.at('put')).length, keys('put')]).toEqual([2, 1]);
    await decide(post, 'deny');
    expect(await completed(post)).toContain('not made again');
    expect(linesOf(conf.at('post'))).toHaveLength(1);
    await decide(again, 'approve');
    expect(await completed(again)).toContain('wrote');
    expect([linesOf(conf.at('posted-again')).length, keys('posted-again')]).toEqual([2, 1]);
    for (const part of ['worker', 'api'] as const) expect(await stack.log(part)).not.toContain(SAID);
  });
});
