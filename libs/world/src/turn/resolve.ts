import type { Dice, Intent, Outcome, WorldChange, WorldRules } from '#contracts';
import { applyBatch } from '../apply.js';
import { isDead } from '../check-change.js';
import type { WorldState } from '../state.js';
import { sceneOf } from '../views/scene.js';
import { ACTS_ON_PEOPLE } from './acts-on-people.js';
import { ACTS_ON_THINGS } from './acts-on-things.js';
import { type Act, fail, say, succeed } from './attempt.js';

export type TurnInput = { rules: WorldRules; state: WorldState; actorId: string; turnId: string; intent: Intent; dice: Dice };

const ACTS: Record<Intent['verb'], Act> = {
  ...ACTS_ON_THINGS,
  ...ACTS_ON_PEOPLE,
  wait: ({ scene }) => succeed('waited', `${say(scene.actor)} waits.`, []),
  // What no rule knows changes nothing: it may be told as an attempt.
  other: ({ scene, intent }) => fail('no_effect', `${say(scene.actor)} tries: ${intent.text ?? 'something'}. Nothing comes of it.`),
};

/**
 * What comes of an intent: preconditions, dice where they are needed, and the events, checked as a batch. An outcome
 * that would break a rule is told as a failure. The events end with a note of what happened, so that each turn has a
 * version and can be remembered.
 */
export function resolveTurn(t: TurnInput): Outcome {
  const scene = sceneOf(t.state, t.actorId);
  if (!scene) return { ok: false, code: 'nobody', summary: 'Nobody acts.', changes: [], rolls: [] };
  const outcome = isDead(scene.actor) ? fail('dead', `${say(scene.actor)} is dead and does nothing.`) : ACTS[t.intent.verb]({ ...t, scene, key: t.turnId });
  const about = [...new Set([t.actorId, scene.place.id, ...outcome.changes.flatMap(touched)])].filter((id) => t.state.get(id)).slice(0, 20);
  const noted: WorldChange = { kind: 'noted', about, text: outcome.summary };
  const changes = [...outcome.changes, noted];
  // The dead do nothing, so that they tried is the game's to note.
  const actor = isDead(scene.actor) ? {} : { actor: t.actorId };
  const applied = applyBatch(t.rules, t.state, { turnId: t.turnId, ...actor, changes });
  if (applied.ok) return { ...outcome, changes };
  const summary = `${say(scene.actor)} tries, and it cannot be.`;
  return { ok: false, code: 'against_the_rules', summary, changes: [{ kind: 'noted', about: [t.actorId], text: summary }], rolls: [] };
}

function touched(c: WorldChange): string[] {
  switch (c.kind) {
    case 'moved': return [c.id, c.to];
    case 'paid': case 'related': return [c.from, c.to];
    case 'amount': case 'changed': case 'died': return [c.id];
    case 'learned': return [c.who];
    default: return [];
  }
}
