import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { startApi, type TestApi } from '#apps/api/src/testing/start-api';
import { createdWebhookSchema, deliveryPageSchema, type DeliveryView, LOCAL_TENANT } from '#contracts';
import { insertWebhook, withTx } from '#store';
import { LoopStack } from '#test/harness/loop-stack';
import { writeRun } from '#test/harness/start-run';
import { until } from '#test/harness/until';

jest.setTimeout(60_000);

type Call = { headers: IncomingHttpHeaders; body: string };

describe('webhooks', () => {
  let stack: LoopStack;
  let api: TestApi;
  let receiver: Server;
  let url: string;
  const calls: Call[] = [];
  /** Statuses to answer with, the last one for good. */
  let answers = [200];

  beforeAll(async () => {
    receiver = createServer((req, res) => {
      const parts: Buffer[] = [];
      req.on('data', (d: Buffer) => parts.push(d)).on('end', () => {
        calls.push({ headers: req.headers, body: Buffer.concat(parts).toString() });
        res.writeHead(answers.length > 1 ? answers.shift()! : answers[0]!, { location: '/elsewhere' }).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    stack = await LoopStack.start({}, undefined, { HOLDFAST_WEBHOOK_HOSTS: '127.0.0.1' });
    api = await startApi({ databaseUrl: stack.config.databaseUrl, temporalAddress: stack.config.temporalAddress, env: { TEMPORAL_NAMESPACE: stack.config.temporalNamespace, HOLDFAST_WEBHOOK_HOSTS: '127.0.0.1' } });
  });
  afterAll(async () => {
    await api?.close();
    await stack?.stop();
    receiver?.close();
  });

  const make = async (body: object) => createdWebhookSchema.parse((await request(api.url).post('/v1/webhooks').send({ url, ...body }).expect(201)).body);
  const logOf = async (id: string): Promise<DeliveryView[]> => deliveryPageSchema.parse((await request(api.url).get(`/v1/webhooks/${id}/deliveries`).expect(200)).body).data;
  const signed = (call: Call, secret: string): boolean => {
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(call.headers['holdfast-signature'])) ?? [];
    return Math.abs(Number(t) - Date.now() / 1_000) < 60 && v1 === createHmac('sha256', secret).update(`${t}.${call.body}`).digest('hex');
  };

  it('sends a test call that is signed with the time, tries again where it is refused, and logs each try without following a redirect', async () => {
    const hook = await make({ secret: 'a secret of sixteen' });
    calls.length = 0;
    answers = [302, 200];
    const { deliveryId } = (await request(api.url).post(`/v1/webhooks/${hook.id}/test`).send({}).expect(202)).body as { deliveryId: string };
    const delivery = await until('the delivery', async () => (await logOf(hook.id)).find((d) => d.state === 'delivered'), 30_000);
    expect(delivery).toMatchObject({ id: deliveryId, event: 'webhook.test', tries: [{ status: 302, failure: 'status' }, { status: 200, failure: null }] });
    expect(calls).toHaveLength(2);
    expect(calls.every((c) => signed(c, 'a secret of sixteen') && c.headers['holdfast-delivery'] === deliveryId)).toBe(true);
    expect(signed(calls[0]!, 'another secret entirely')).toBe(false);
    await request(api.url).delete(`/v1/webhooks/${hook.id}`).expect(204);
  });

  it('tells of a run once it has ended, in the transaction of its end, and of no other run where the run brought it along', async () => {
    const hook = await make({});
    answers = [200];
    calls.length = 0;
    const ref = await writeRun(stack.pool, { steps: 1 });
    await withTx(stack.pool, LOCAL_TENANT, (tx) => insertWebhook(tx, { tenantId: LOCAL_TENANT, webhookId: '019aa000-0000-7000-8000-000000000001', url, secret: 'the secret of the run', events: ['run.finished'], runId: ref.runId }));
    await stack.startExecution(ref);
    const other = await stack.startRun({ steps: 1 });
    await stack.untilStatus(ref, 'completed');
    await stack.untilStatus(other, 'completed');
    await until('three calls', () => calls.length === 3, 30_000);
    const bodies = calls.map((c) => JSON.parse(c.body) as { runId: string; event: string; data: { status: string } });
    expect(bodies.map((b) => b.runId).sort()).toEqual([ref.runId, ref.runId, other.runId].sort());
    expect(bodies.every((b) => b.event === 'run.finished' && b.data.status === 'completed')).toBe(true);
    await until('the log', async () => (await logOf(hook.id)).filter((d) => d.state === 'delivered').length === 2);
  });

  it('refuses addresses of this machine and of private networks unless the configuration names them, however they are written', async () => {
    for (const bad of ['http://localhost/', 'http://10.0.0.1/', 'http://[::1]/', 'http://[::ffff:10.0.0.1]/', 'http://169.254.169.254/latest', 'http://2130706434/', 'http://user:pw@example.com/', 'ftp://example.com/']) {
      const res = await request(api.url).post('/v1/webhooks').send({ url: bad });
      expect([bad, res.status]).toEqual([bad, 400]);
    }
    const res = await request(api.url).post('/v1/runs').send({ agent: 'echo', input: { text: 'x' }, webhook: { url: 'http://192.168.1.1/' } });
    expect(res.status).toBe(400);
  });

  it('refuses at the call what a name leads to, and gives nothing away of the secret afterwards', async () => {
    const id = '019aa000-0000-7000-8000-000000000002';
    await withTx(stack.pool, LOCAL_TENANT, (tx) => insertWebhook(tx, { tenantId: LOCAL_TENANT, webhookId: id, url: url.replace('127.0.0.1', 'ip6-localhost'), secret: 'a secret of sixteen', events: ['run.finished'] }));
    await request(api.url).post(`/v1/webhooks/${id}/test`).send({}).expect(202);
    const d = await until('a try', async () => (await logOf(id)).find((x) => x.tries.length > 0));
    expect(['address_refused', 'connection_failed']).toContain(d.tries[0]!.failure);
    expect(JSON.stringify((await request(api.url).get(`/v1/webhooks/${id}`).expect(200)).body)).not.toContain('a secret');
    await request(api.url).delete(`/v1/webhooks/${id}`).expect(204);
    await request(api.url).get(`/v1/webhooks/${id}/deliveries`).expect(404);
  });
});
