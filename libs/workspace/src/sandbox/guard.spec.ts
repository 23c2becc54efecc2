import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { guardGroup, killGroup } from './guard.js';

const LOADER = new URL('../../../../test/setup/source-loader.mjs', import.meta.url).href;
const GUARD = pathToFileURL(new URL('./guard.ts', import.meta.url).pathname).href;

const group = () => spawn('sh', ['-c', 'sleep 60 & sleep 60'], { stdio: 'ignore', detached: true });
const isThere = (pid: number): boolean => {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A process that guards `pid`, and then waits. */
async function guardian(pid: number) {
  const child = spawn(process.execPath, ['--import', LOADER, '--input-type=module', '-e', `const { guardGroup } = await import('${GUARD}'); guardGroup(${pid}, 1); console.log('guards'); setInterval(() => {}, 1e6);`], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  return child;
}

describe('a guard', () => {
  it.each([['is frozen', 'SIGSTOP'], ['is killed', 'SIGKILL']] as const)('ends the group when whoever set it %s, and not before', async (_how, signal) => {
    const guarded = group();
    const ended = once(guarded, 'exit');
    const child = await guardian(guarded.pid!);
    await sleep(1_500);
    expect(isThere(guarded.pid!)).toBe(true);
    child.kill(signal);
    expect((await ended)[1]).toBe('SIGKILL');
    child.kill('SIGKILL');
  }, 20_000);

  it('that was called off ends nothing', async () => {
    const guarded = group();
    const guard = guardGroup(guarded.pid!, 1);
    guard.callOff();
    await sleep(1_500);
    expect(isThere(guarded.pid!)).toBe(true);
    killGroup(guarded.pid!);
  });
});
