import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { checkRun } from '../harness/check-run.js';
import { Child } from '../harness/child.js';
import { type Host, Hosts, whyNoHosts } from '../harness/hosts.js';
import { Stack } from '../harness/stack.js';

jest.setTimeout(240_000);
const why = whyNoHosts();
const suite = why === null ? describe : describe.skip;

suite(`a host that is cut off${why === null ? '' : ` (skipped: ${why})`}`, () => {
  let stack: Stack;
  let hosts: Hosts;
  const workers: Child[] = [];
  beforeAll(async () => {
    stack = await Stack.start();
    await stack.worker.kill();
    hosts = await Hosts.start(stack.folder);
  });
  afterAll(async () => {
    for (const worker of workers) await worker.kill();
    await hosts?.stop();
    await stack?.stop();
  });

  /** The stack's worker, on a host of its own. */
  async function workerOn(host: Host, name: string): Promise<Child> {
    const { command, args, env, ready } = stack.worker.options;
    const there = (value: string): string => value.replace('127.0.0.1', host.address);
    const settings = Object.fromEntries(['DATABASE_URL', 'TEMPORAL_ADDRESS', 'HOLDFAST_RUNTIME_URL'].map((key) => [key, there(env![key]!)]));
    const worker = new Child(name, { command: 'nsenter', args: [...host.inside, command, ...args], env: { ...env, ...settings, HOLDFAST_RUNTIME_HOSTS: host.address }, log: join(stack.folder, `${name}.log`), ready: ready! });
    workers.push(worker);
    await worker.start();
    return worker;
  }

  it('has its runs taken over by another, and nothing is done twice, not even once it is back', async () => {
    const doors = ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'HOLDFAST_RUNTIME_URL'].map((key) => Number(/:(\d+)(?:\/|$)/.exec(stack.worker.options.env![key]!.replace(/^\w+:\/\/(?:[^@]*@)?/, ''))![1]));
    const [first, second] = [await hosts.add(1, doors), await hosts.add(2, doors)];
    const one = await workerOn(first, 'worker-1');
    const refs = await Promise.all([1, 2].map((key) => stack.startRun({ steps: 8, delayMs: 250, tool: 'append_line', path: join(stack.folder, `effects-${key}`), key: String(key) })));
    await stack.untilStep(refs[0]!, 4);
    await workerOn(second, 'worker-2');
    first.cut();
    for (const ref of refs) await stack.untilStatus(ref, 'completed', 90_000);
    expect(one.running).toBe(true);
    first.mend();
    await sleep(3_000);
    for (const [i, ref] of refs.entries()) {
      const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
      expect(branch).toHaveLength(9);
      const lines = readFileSync(join(stack.folder, `effects-${i + 1}`), 'utf8').trim().split('\n');
      // The tool is idempotent: what was in doubt is made again under the same key, and so counts once.
      expect(new Set(lines.map((l) => l.split(' ')[0])).size).toBe(8);
    }
  });
});
