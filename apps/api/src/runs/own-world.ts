import { HoldfastError, type RunRef } from '#contracts';
import { readRunWorld, type Tx, worldHead } from '#store';

/**
 * A world that others have written to is not taken back with the run.
 * @throws HoldfastError `world_shared`
 */
export async function requireOwnWorld(tx: Tx, ref: RunRef): Promise<void> {
  const world = await readRunWorld(tx, ref);
  if (!world) return;
  const { version } = await worldHead(tx, { tenantId: ref.tenantId, worldId: world.worldId });
  if (version > world.leftAt) throw new HoldfastError('world_shared', `The run left its world at version ${world.leftAt}; it is at ${version}. Fork the run instead: the fork gets a world of its own.`);
}
