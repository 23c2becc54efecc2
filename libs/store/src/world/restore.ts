import { HoldfastError, type WorldChange, type WorldRef } from '#contracts';
import type { Pool, Tx } from '../pool.js';
import { withTx } from '../tx.js';
import { readLineage, type Stretch } from './lineage.js';
import { appendWorldEvents, worldChanged } from './log.js';
import { rememberState, stateAt } from './states.js';
import { worldHead } from './worlds.js';

type Restored = Extract<WorldChange, { kind: 'restored' }>;
type Group = { first: number; last: number; restored: Restored | null };

/** Makes the state what it was at a version, as one more event: the log keeps what was in between. */
export async function restoreWorld(tx: Tx, ref: WorldRef, to: number, why: Restored['why'], expectedVersion?: number): Promise<number> {
  const head = await worldHead(tx, ref, { lock: true });
  if (expectedVersion !== undefined && expectedVersion !== head.version) throw worldChanged(expectedVersion, head.version);
  if (to < 0 || to > head.version) throw new HoldfastError('not_found', 'The world has no such version.');
  const state = (await stateAt(tx, ref, to)).at(head.version + 1);
  return appendWorldEvents(tx, ref, { expectedVersion: head.version, changes: [{ kind: 'restored', to, why }], state });
}

/** Takes back the last turn that is not taken back yet; again, the one before. */
export function undoTurn(pool: Pool, ref: WorldRef, expectedVersion?: number): Promise<number> {
  return step(pool, ref, 'undo', expectedVersion);
}

/** Brings back what was undone last, as long as nothing has happened since. */
export function redoTurn(pool: Pool, ref: WorldRef, expectedVersion?: number): Promise<number> {
  return step(pool, ref, 'redo', expectedVersion);
}

async function step(pool: Pool, ref: WorldRef, why: 'undo' | 'redo', expectedVersion?: number): Promise<number> {
  const { version, state } = await withTx(pool, ref.tenantId, async (tx) => {
    const head = await worldHead(tx, ref, { lock: true });
    const line = await readLineage(tx, ref, head.version);
    const to = why === 'undo' ? await beforeLastTurn(tx, ref, line, head.version) : await beforeLastUndo(tx, ref, line, head.version);
    if (to === null) throw new HoldfastError('nothing_to_undo', why === 'undo' ? 'There is no turn to take back.' : 'Nothing was undone last.');
    const version = await restoreWorld(tx, ref, to, why, expectedVersion);
    return { version, state: (await stateAt(tx, ref, to)).at(version) };
  });
  rememberState(ref, state);
  return version;
}

/** The version before the last turn, through whatever was restored since. What made the world is no turn. */
async function beforeLastTurn(tx: Tx, ref: WorldRef, line: Stretch[], version: number): Promise<number | null> {
  for (let at = version; at > 0; ) {
    const group = await groupAt(tx, ref, line, at);
    if (!group) return null;
    if (group.restored) at = group.restored.to;
    else return group.first - 1;
  }
  return null;
}

/** The version before the undo that stands last, through redos of later ones. */
async function beforeLastUndo(tx: Tx, ref: WorldRef, line: Stretch[], version: number): Promise<number | null> {
  for (let at = version; at > 0; ) {
    const group = await groupAt(tx, ref, line, at);
    if (!group?.restored) return null;
    if (group.restored.why === 'undo') return at - 1;
    if (group.restored.why === 'rewind') return null;
    at = group.restored.to;
  }
  return null;
}

/** The events that were made together with the one of this version; null for those that made the world. */
async function groupAt(tx: Tx, ref: WorldRef, line: Stretch[], version: number): Promise<Group | null> {
  const stretch = line.find((s) => version > s.after && version <= s.upTo);
  if (!stretch) return null;
  const { rows } = await tx.query<{ turn_id: string | null; kind: string; body: string }>('select turn_id, kind, body from world_events where tenant_id = $1 and world_id = $2 and version = $3', [ref.tenantId, stretch.worldId, version]);
  const row = rows[0];
  if (!row) return null;
  if (row.kind === 'restored') return { first: version, last: version, restored: JSON.parse(row.body) as Restored };
  if (row.turn_id === null) return null;
  const { rows: turn } = await tx.query<{ first_version: number }>('select first_version from world_turns where tenant_id = $1 and world_id = $2 and turn_id = $3', [ref.tenantId, stretch.worldId, row.turn_id]);
  return { first: turn[0]!.first_version, last: version, restored: null };
}
