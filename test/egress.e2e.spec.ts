import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '#platform';

const NAMESPACE = ['--user', '--map-root-user', '--net'];
const LOOPBACK_UP = 'ip link set lo up 2>/dev/null || ifconfig lo up';

/** Containers and hardened systems may forbid user namespaces. */
function missing(): string | undefined {
  try {
    execFileSync('unshare', [...NAMESPACE, 'sh', '-c', LOOPBACK_UP], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no network namespaces here';
  }
}
const without = missing();

(without === undefined ? describe : describe.skip)(`a medical run with nothing but loopback${without === undefined ? '' : ` (skipped: ${without})`}`, () => {
  it('is drafted, signed and exported, and tries to reach nothing else', async () => {
    const main = ['--import', join(PROJECT_ROOT, 'test/setup/source-loader.mjs'), join(PROJECT_ROOT, 'test/harness/egress-main.ts')];
    const { stdout, stderr, failed } = await new Promise<{ stdout: string; stderr: string; failed: boolean }>((done) => {
      execFile('unshare', [...NAMESPACE, 'sh', '-c', `{ ${LOOPBACK_UP}; } && exec "$0" "$@"`, process.execPath, ...main], { cwd: PROJECT_ROOT, env: { ...process.env, NODE_OPTIONS: '' }, timeout: 110_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => done({ stdout, stderr, failed: error !== null }));
    });
    expect({ failed, stderr: failed ? stderr.slice(-2_000) : '' }).toEqual({ failed: false, stderr: '' });
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual({ signed: true, attempts: 0, seen: expect.any(Number) });
    expect((JSON.parse(stdout.trim().split('\n').at(-1)!) as { seen: number }).seen).toBeGreaterThan(0);
  }, 120_000);
});
