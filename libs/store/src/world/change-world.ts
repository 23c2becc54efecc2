import { HoldfastError, type Refusal, type WorldBatch, type WorldRef } from '#contracts';
import { applyBatch, type WorldState } from '#world';
import type { Pool, Tx } from '../pool.js';
import { withTx } from '../tx.js';
import { appendWorldEvents, worldChanged } from './log.js';
import { rememberState, stateAt } from './states.js';
import { insertWorldTurn, type NewTurn, readWorldTurn } from './turns.js';
import { worldHead } from './worlds.js';

export type WorldChanged = { firstVersion: number; version: number; /** The turn had been applied before. */ replayed: boolean; state: WorldState };
export type TurnWords = Pick<NewTurn, 'said' | 'outcome'>;

/** Checks a batch against the world as it is and appends it, in the caller's transaction, under the world's lock. */
export async function changeWorldIn(tx: Tx, ref: WorldRef, batch: WorldBatch, options: { expectedVersion?: number; words?: TurnWords } = {}): Promise<WorldChanged> {
  const head = await worldHead(tx, ref, { lock: true });
  const before = batch.turnId === undefined ? null : await readWorldTurn(tx, ref, batch.turnId);
  if (before) return { firstVersion: before.firstVersion, version: before.lastVersion, replayed: true, state: await stateAt(tx, ref, before.lastVersion) };
  if (options.expectedVersion !== undefined && options.expectedVersion !== head.version) throw worldChanged(options.expectedVersion, head.version);
  const applied = applyBatch(head.rules, await stateAt(tx, ref, head.version), batch);
  if (!applied.ok) throw ruleBroken(applied.refusals);
  const version = await appendWorldEvents(tx, ref, { expectedVersion: head.version, turnId: batch.turnId, actor: batch.actor, changes: batch.changes, state: applied.state });
  if (batch.turnId !== undefined) await insertWorldTurn(tx, ref, { turnId: batch.turnId, firstVersion: head.version + 1, lastVersion: version, actor: batch.actor, ...options.words });
  return { firstVersion: head.version + 1, version, replayed: false, state: applied.state };
}

/**
 * Applies a batch in one transaction: all of it or nothing, and a turn once, however often it comes.
 * @throws HoldfastError `not_found`, `world_changed` where the world is not at `expectedVersion`, `world_rule_broken`.
 */
export async function changeWorld(pool: Pool, ref: WorldRef, batch: WorldBatch, options: { expectedVersion?: number; words?: TurnWords } = {}): Promise<WorldChanged> {
  const changed = await withTx(pool, ref.tenantId, (tx) => changeWorldIn(tx, ref, batch, options));
  rememberState(ref, changed.state);
  return changed;
}

export function ruleBroken(refusals: Refusal[]): HoldfastError {
  const said = refusals.slice(0, 3).map((r) => `${r.index < 0 ? 'The batch' : `Change ${r.index + 1}`} (${r.rule}): ${r.reason}`);
  return new HoldfastError('world_rule_broken', said.join(' '));
}
