import type { Refusal, WorldBatch, WorldChange, WorldRules } from '#contracts';
import { checkChange } from './check-change.js';
import { Draft, foldInto } from './fold.js';
import { checkInvariants } from './invariants.js';
import { compileRules } from './rules.js';
import type { WorldState } from './state.js';

export type Applied = { ok: true; state: WorldState } | { ok: false; refusals: Refusal[] };

/**
 * Applies a batch to a state: all of its changes or none. Each change is checked against those before it, and the
 * whole against the invariants, since an exit and its way back only make sense together.
 */
export function applyBatch(rules: WorldRules, state: WorldState, batch: WorldBatch): Applied {
  const compiled = compileRules(rules);
  const draft = new Draft(state);
  const actor = batch.actor === undefined ? null : (state.get(batch.actor) ?? null);
  if (batch.actor !== undefined && (!actor || actor.gone)) return refused(-1, 'existence', 'The one who acts does not exist.');
  const frame = { actor, setup: batch.turnId === undefined && actor === null };
  let version = state.version;
  for (const [index, change] of batch.changes.entries()) {
    const broken = checkChange(compiled, draft, change, frame);
    if (broken) return { ok: false, refusals: [{ index, ...broken }] };
    foldInto(draft, change, ++version);
  }
  const refusals = checkInvariants(compiled, draft, batch.changes);
  return refusals.length ? { ok: false, refusals } : { ok: true, state: draft.finish(version) };
}

function refused(index: number, rule: string, reason: string): Applied {
  return { ok: false, refusals: [{ index, rule, reason }] };
}

/** Ids that a change is about, for the log's index. */
export function subjectsOf(change: WorldChange): string[] {
  switch (change.kind) {
    case 'created': return [change.entity.id, ...(change.entity.in === null ? [] : [change.entity.in])];
    case 'removed': case 'changed': case 'amount': case 'died': case 'ticked': return [change.id];
    case 'moved': return [change.id, change.to];
    case 'paid': case 'related': return [change.from, change.to];
    case 'learned': return [change.who, change.fact, ...(change.by === null ? [] : [change.by])];
    case 'noted': return change.about;
    case 'rolled': case 'restored': return [];
  }
}
