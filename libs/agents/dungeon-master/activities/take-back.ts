import type { RestoreContext, Restored } from '#activities';
import { restoreWorld, worldHead } from '#store';
import { v5 as uuidv5 } from 'uuid';
import type { DungeonMasterState } from '../contract.js';
import { refOf } from './context.js';

/**
 * The world becomes what it was at the checkpoint, as one more event of its log. What had been done is undone, so the
 * turn is another one from here on, with dice of its own. A world that others have written to since stays as it is.
 */
export async function takeBack(ctx: RestoreContext): Promise<Restored> {
  const { tx, target, leftAt } = ctx;
  if (target.worldVersion === null) return {};
  const ref = refOf(ctx);
  const { version } = await worldHead(tx, ref, { lock: true });
  if (version === target.worldVersion || version !== leftAt) return {};
  const worldVersion = await restoreWorld(tx, ref, target.worldVersion, 'rewind', version);
  const state = ctx.state as DungeonMasterState;
  return state.acted ? { worldVersion } : { worldVersion, state: { ...state, turnId: uuidv5(`${ctx.step}`, ctx.runId) } satisfies DungeonMasterState };
}
