import { HoldfastError, type PlacedFire, type WorldRef } from '#contracts';
import { changeWorldIn, readWorldTurn, stateAt, type Tx, worldHead } from '#store';
import { passTime } from '#world';
import { diceOf } from './dice.js';

/** Lets the time between two sessions pass in a world, once for each turn id, under the world's lock. */
export async function placeInWorld(tx: Tx, ref: WorldRef, turnId: string): Promise<PlacedFire> {
  const head = await worldHead(tx, ref, { lock: true }).catch(missing);
  if (!head) return { kind: 'none', reason: 'the world is gone' };
  const before = await readWorldTurn(tx, ref, turnId);
  if (before) return { kind: 'world', version: before.lastVersion };
  const outcome = passTime({ rules: head.rules, state: await stateAt(tx, ref, head.version), turnId, dice: diceOf(turnId) });
  if (!outcome) return { kind: 'none', reason: 'nothing was due' };
  const { changes, ...words } = outcome;
  const { version } = await changeWorldIn(tx, ref, { turnId, changes }, { words: { outcome: words } });
  return { kind: 'world', version };
}

function missing(error: unknown): null {
  if (error instanceof HoldfastError && error.code === 'not_found') return null;
  throw error;
}
