import type { Refusal, WorldRules } from '#contracts';
import { Draft } from './fold.js';
import { checkInvariants } from './invariants.js';
import { compileRules } from './rules.js';
import { WorldState } from './state.js';

/** The invariants over a whole state, for one whose events were made elsewhere. */
export function checkState(rules: WorldRules, state: WorldState): Refusal[] {
  const draft = new Draft(WorldState.empty);
  for (const entity of state) draft.put(entity);
  return checkInvariants(compileRules(rules), draft, []);
}
