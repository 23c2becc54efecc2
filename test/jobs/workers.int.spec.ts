import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NativeConnection } from '@temporalio/worker';
import { bundleWorkflows } from '#apps/worker/src/bundle';
import { createWorkers, type RunningWorkers } from '#apps/worker/src/workers';
import { type RunRef, TASK_QUEUES } from '#contracts';
import { type Config, listVersions, loadConfig, makeCurrent, temporalConnection } from '#platform';
import { createNotifier } from '#store';
import { checkRun } from '../harness/check-run.js';
import { LoopStack } from '../harness/loop-stack.js';
import { until } from '../harness/until.js';
import { testTemporal } from '../setup/servers.js';

jest.setTimeout(90_000);

/** Another worker over the same servers, as a process of its own would have it. */
async function another(stack: LoopStack, more: Partial<Config>, workflows: boolean): Promise<{ workers: RunningWorkers; stop(): Promise<void> }> {
  const notifier = createNotifier(stack.pool);
  const workers = await createWorkers({ ...stack.config, ...more }, { ...stack.deps, notifier }, workflows ? await bundleWorkflows() : null);
  const running = workers.run();
  return {
    workers,
    async stop() {
      workers.shutdown();
      await running;
      notifier.close();
    },
  };
}

const activities = async (stack: LoopStack, ref: RunRef): Promise<Record<string, string>> => {
  const { events } = await stack.handle(ref).fetchHistory();
  return Object.fromEntries((events ?? []).flatMap(({ activityTaskScheduledEventAttributes: a }) => (a ? [[a.activityType!.name!, a.taskQueue!.name!]] : [])));
};

describe('workers by role', () => {
  let stack: LoopStack;
  beforeAll(async () => void (stack = await LoopStack.start({}, testTemporal(), { HOLDFAST_WORKER_ROLES: 'workflows,model' })), 120_000);
  afterAll(() => stack?.stop());

  it('leave tool calls to those that are there for them, and a run waits until one is', async () => {
    const ref = await stack.startRun({ steps: 2 });
    await until('the call to be scheduled', async () => (await activities(stack, ref))['callTool'] === TASK_QUEUES.tools);
    await stack.quiet(500);
    expect((await stack.run(ref)).status).toBe('running');
    const tools = await another(stack, { workerRoles: ['tools'] }, false);
    await stack.untilStatus(ref, 'completed');
    await tools.stop();
    expect(await activities(stack, ref)).toMatchObject({ beginRun: TASK_QUEUES.main, callTool: TASK_QUEUES.tools });
    await checkRun(stack.pool, ref, { status: 'completed' });
  });

  it('drain when they are told to stop: what is under way is finished, and nothing is done twice', async () => {
    const tools = await another(stack, { workerRoles: ['tools'] }, false);
    const refs = await Promise.all([1, 2, 3].map((key) => stack.startRun({ steps: 6, delayMs: 120, key: String(key) })));
    await stack.untilStep(refs[0]!, 3);
    await tools.stop();
    const next = await another(stack, { workerRoles: ['tools'] }, false);
    for (const ref of refs) {
      await stack.untilStatus(ref, 'completed');
      await checkRun(stack.pool, ref, { status: 'completed' });
    }
    await next.stop();
  });
});

describe('versions of the workers', () => {
  let stack: LoopStack;
  beforeAll(async () => void (stack = await LoopStack.start({}, testTemporal(), { HOLDFAST_BUILD_ID: 'v1' })), 120_000);
  afterAll(() => stack?.stop());

  const versionOf = async (ref: RunRef): Promise<string | undefined> => {
    const { raw } = await stack.handle(ref).describe();
    const info = raw.workflowExecutionInfo?.versioningInfo;
    return info?.deploymentVersion?.buildId ?? undefined;
  };
  const deploy = (buildId: string): Promise<unknown> => until(`version ${buildId}`, async () => (await makeCurrent(stack.client.connection as never, stack.config.temporalNamespace, buildId), true));

  it('a deploy leaves runs in flight with the version that they began with', async () => {
    await deploy('v1');
    const old = await stack.startRun({ steps: 8, delayMs: 300 });
    await stack.untilStep(old, 2);
    const second = await another(stack, { buildId: 'v2' }, true);
    await deploy('v2');
    const fresh = await stack.startRun({ steps: 1 });
    await stack.untilStatus(fresh, 'completed');
    await stack.untilStatus(old, 'completed', 30_000);
    expect([await versionOf(old), await versionOf(fresh)]).toEqual(['v1', 'v2']);
    for (const ref of [old, fresh]) await checkRun(stack.pool, ref, { status: 'completed' });
    const versions = await listVersions(stack.client.connection as never, stack.config.temporalNamespace);
    expect(versions.map((v) => [v.buildId, v.current, v.status]).sort()).toEqual([['v1', false, expect.stringMatching(/^drain/)], ['v2', true, 'current']]);
    await second.stop();
  });
});

const openssl = (...args: string[]): boolean => {
  try {
    execFileSync('openssl', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const tls = openssl('version') ? describe : describe.skip;

tls(`a Temporal behind TLS${openssl('version') ? '' : ' (skipped: there is no openssl)'}`, () => {
  let folder: string;
  let server: Server;
  const sockets = new Set<Socket>();
  const at = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const made = openssl('req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.crt'), '-subj', '/CN=test authority', '-days', '2')
      && ['server', 'client'].every((name) => openssl('req', ...key, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:temporal.test')
        && openssl('x509', '-req', '-in', at(`${name}.csr`), '-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-out', at(`${name}.crt`), '-days', '2', '-copy_extensions', 'copyall'));
    if (!made) throw new Error('openssl made no certificates');
    const [host, port] = testTemporal().split(':');
    const read = (name: string): Buffer => readFileSync(at(name));
    server = createServer({ key: read('server.key'), cert: read('server.crt'), ca: read('ca.crt'), requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] }, (client) => {
      const target = connect(Number(port), host);
      for (const [from, to] of [[client, target], [target, client]] as const) from.on('error', () => to.destroy()).on('close', () => to.destroy()).pipe(to);
      sockets.add(client).add(target);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true });
  });

  const config = (more: Record<string, string>): Config => loadConfig({ DATABASE_URL: 'postgres://u@127.0.0.1/h', TEMPORAL_ADDRESS: `127.0.0.1:${(server.address() as { port: number }).port}`, TEMPORAL_TLS_CA_FILE: at('ca.crt'), TEMPORAL_TLS_SERVER_NAME: 'temporal.test', ...more });
  const connects = async (more: Record<string, string>): Promise<boolean> => {
    const connection = await NativeConnection.connect({ ...temporalConnection(config(more)) }).catch(() => null);
    await connection?.close();
    return connection !== null;
  };

  it('is reached by whoever has a certificate that it trusts, and by nobody else', async () => {
    const pair = { TEMPORAL_TLS_CERT_FILE: at('client.crt'), TEMPORAL_TLS_KEY_FILE: at('client.key') };
    expect(await connects(pair)).toBe(true);
    expect(await connects({ ...pair, TEMPORAL_TLS_SERVER_NAME: 'another.test' })).toBe(false);
    expect(await connects({})).toBe(false);
  });
});
