import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { probe } from '#agents/probe/activities/index';
import { createClient, type Client, type CreatedKey } from '#client';
import { type AccessRole, LOCAL_TENANT } from '#contracts';
import { insertTenant, makeKey, withTx } from '#store';
import { ApiStack } from '../harness/api-stack.js';
import { modelOf } from '../harness/scenario.js';
import { until } from '../harness/until.js';

jest.setTimeout(60_000);
const careful: typeof probe = { ...probe, contract: { ...probe.contract, name: 'careful', tools: probe.contract.tools.map((t) => (t.name === 'append_line' ? { ...t, approval: {} } : t)) } };

/** Several people and two tenants before one API and one worker. */
describe('principals', () => {
  let stack: ApiStack;
  let folder: string;
  const ward = uuidv7();
  beforeAll(async () => {
    stack = await ApiStack.start({ agents: new Map([[careful.contract.name, careful]]) }, { HOLDFAST_AUTH: 'true' });
    folder = await mkdtemp(join(tmpdir(), 'holdfast-principals-'));
    await withTx(stack.loop.pool, LOCAL_TENANT, (tx) => insertTenant(tx, { tenantId: ward, name: 'ward' }));
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function person(tenantId: string, ...roles: AccessRole[]): Promise<{ client: Client; made: CreatedKey }> {
    const made = await withTx(stack.loop.pool, tenantId, (tx) => makeKey(tx, { tenantId, name: roles.join(' '), roles, expiresInDays: 1, by: null }));
    return { made, client: createClient({ baseUrl: stack.url.replace(/\/v1$/, ''), headers: { authorization: `Bearer ${made.key}` }, retry: { attempts: 1 } }) };
  }

  it.each([['the first tenant', LOCAL_TENANT], ['another tenant', ward]])('of %s start a run, approve what it asks, and are named with both', async (_, tenantId) => {
    const [operator, approver, signer] = [await person(tenantId, 'operator'), await person(tenantId, 'approver'), await person(tenantId, 'signer')];
    const path = join(folder, tenantId);
    const { id } = await operator.client.createRun({ body: { agent: 'careful', input: { steps: 1 }, model: modelOf({ steps: 1, tool: 'append_line', path }) } });
    const approval = await until('the approval', async () => (await approver.client.listApprovals({ path: { id } })).data[0]);
    const decide = (who: typeof operator) => who.client.decideApproval({ path: { id: approval.id }, body: { decision: 'approve', digest: approval.digest } });
    for (const other of [operator, signer]) await expect(decide(other)).rejects.toMatchObject({ status: 403, code: 'role_missing' });
    expect(await decide(approver)).toMatchObject({ status: 'approved', decidedBy: approver.made.principalId });
    const seen: string[] = [];
    for await (const item of operator.client.events(id)) if (item.kind === 'event') seen.push(item.event.type);
    expect(seen.at(-1)).toBe('run.finished');
    expect(await operator.client.getRun({ path: { id } })).toMatchObject({ status: 'completed', principalId: operator.made.principalId });
    expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(1);

    const stranger = await person(tenantId === ward ? LOCAL_TENANT : ward, 'admin');
    await expect(stranger.client.getRun({ path: { id } })).rejects.toMatchObject({ status: 404 });
    await expect(stranger.client.events(id).next()).rejects.toMatchObject({ status: 404 });
  });
});
