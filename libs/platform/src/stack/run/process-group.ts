import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/** Whether any process of the group is left. */
export function groupLives(groupId: number): boolean {
  return signalGroup(groupId, 0);
}

/** @returns whether there was a group to receive it */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return true;
    throw error;
  }
}

/** Asks a process group to stop, and kills what is left of it after `graceMs`. */
export async function stopGroup(groupId: number, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  signalGroup(groupId, signal);
  if (await groupGone(groupId, graceMs)) return;
  signalGroup(groupId, 'SIGKILL');
  await groupGone(groupId, 5_000);
}

async function groupGone(groupId: number, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (groupLives(groupId)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
