import { HoldfastError, type WorldRef } from '#contracts';
import { fold, WorldState } from '#world';
import type { Pool, Tx } from '../pool.js';
import { withTx } from '../tx.js';
import { readLineage } from './lineage.js';
import { readWorldEvents } from './log.js';
import { readSnapshot } from './snapshots.js';
import { worldHead } from './worlds.js';

/** Committed states by world and version, newest use last. They share what does not differ. */
const states = new Map<string, WorldState>();
const MOST_STATES = 256;
const keyOf = (ref: WorldRef, version: number): string => `${ref.worldId}:${version}`;

/** Keeps a state in memory. Only what is committed: a version that was rolled back comes again with other events. */
export function rememberState(ref: WorldRef, state: WorldState): void {
  states.delete(keyOf(ref, state.version));
  states.set(keyOf(ref, state.version), state);
  if (states.size > MOST_STATES) states.delete(states.keys().next().value!);
}

/** For measurements: forgets the states that this process has had. */
export function forgetStates(): void {
  states.clear();
}

/** The state at a version, within a transaction: the newest snapshot, and the events since. */
export async function stateAt(tx: Tx, ref: WorldRef, version: number): Promise<WorldState> {
  const known = states.get(keyOf(ref, version));
  if (known) return known;
  let state = WorldState.empty;
  for (const s of await readLineage(tx, ref, version)) {
    const snapshot = await readSnapshot(tx, { tenantId: ref.tenantId, worldId: s.worldId }, s.after, s.upTo);
    if (!snapshot) continue;
    state = snapshot;
    break;
  }
  const events = await readWorldEvents(tx, ref, { after: state.version, upTo: version });
  state = fold(state, events.map((e) => e.change));
  if (state.version !== version) throw new Error('the log of a world has a gap');
  return state;
}

/**
 * The state at a version, the newest where none is named.
 * @throws HoldfastError `not_found` where there is no such world or version.
 */
export async function loadWorld(pool: Pool, ref: WorldRef, version?: number): Promise<WorldState> {
  return withTx(pool, ref.tenantId, async (tx) => {
    const head = await worldHead(tx, ref);
    const at = version ?? head.version;
    if (at > head.version || at < 0) throw new HoldfastError('not_found', 'The world has no such version.');
    const state = await stateAt(tx, ref, at);
    rememberState(ref, state);
    return state;
  });
}
