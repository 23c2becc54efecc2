import type { RunRef } from '#contracts';
import { readRunWorld } from '../places.js';
import type { Tx } from '../pool.js';
import { readCheckpoint } from '../steps.js';
import { restoreWorld } from '../world/restore.js';
import { readWorld } from '../world/worlds.js';
import { freeThread, type ThreadNext } from './turns.js';

/** What follows from a run's end for its thread: a run that is rolled back leaves no trace in its world, and the next one has its turn. */
export async function leaveThread(tx: Tx, ref: RunRef, left: { threadId: string | null; rolledBack: boolean }): Promise<ThreadNext | null> {
  if (left.rolledBack) await takeBackWorld(tx, ref);
  return left.threadId === null ? null : freeThread(tx, { tenantId: ref.tenantId, threadId: left.threadId });
}

/** Where others have written to the world since, it stays as it is. */
async function takeBackWorld(tx: Tx, ref: RunRef): Promise<void> {
  const world = await readRunWorld(tx, ref);
  const began = (await readCheckpoint(tx, ref, 0))?.worldVersion ?? null;
  if (!world || began === null || world.leftAt === began) return;
  const worldRef = { tenantId: ref.tenantId, worldId: world.worldId };
  if ((await readWorld(tx, worldRef))?.version === world.leftAt) await restoreWorld(tx, worldRef, began, 'rewind');
}
