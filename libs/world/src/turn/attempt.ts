import type { Dice, Entity, Intent, Outcome, Roll, WorldChange, WorldRules } from '#contracts';
import { isDead } from '../check-change.js';
import type { WorldState } from '../state.js';
import type { Scene } from '../views/scene.js';

/** What an action is worked out from. */
export type Attempt = { rules: WorldRules; state: WorldState; scene: Scene; intent: Intent; dice: Dice; /** Tells the ids of this turn's new entities from others'. */ key: string };
export type Act = (a: Attempt) => Outcome;

export function succeed(code: string, summary: string, changes: WorldChange[], rolls: Roll[] = []): Outcome {
  return { ok: true, code, summary, changes: [...rolls.map(rolled), ...changes], rolls };
}

/** A failure is told like anything else; dice that were thrown for it count. */
export function fail(code: string, summary: string, changes: WorldChange[] = [], rolls: Roll[] = []): Outcome {
  return { ok: false, code, summary, changes: [...rolls.map(rolled), ...changes], rolls };
}

const rolled = (roll: Roll): WorldChange => ({ kind: 'rolled', ...roll });

/** A feeling that changes by a step, kept within the rules' bounds; nothing where there is no room or no mind. */
export function feel({ rules }: Attempt, from: Entity, to: Entity, by: number, cause: string): WorldChange[] {
  const rule = rules.relations['trust'];
  if (!rule || from.id === to.id || from.type !== 'character' || isDead(from)) return [];
  const value = from.relations[`trust:${to.id}`] ?? 0;
  const step = Math.max(rule.min - value, Math.min(rule.max - value, Math.sign(by) * Math.min(Math.abs(by), rule.maxChange)));
  return step === 0 ? [] : [{ kind: 'related', relation: 'trust', from: from.id, to: to.id, by: step, cause }];
}

/** Something that is known from now on by all who stand by. */
export function witnessed(a: Attempt, n: number, subject: Entity, text: string): WorldChange[] {
  if (!a.rules.types['fact']) return [];
  const id = `fact-${a.key}-${n}`;
  const witnesses = [a.scene.actor, ...a.scene.people].filter((e) => !isDead(e));
  return [
    { kind: 'created', entity: { id, type: 'fact', name: text, in: null, attrs: { text, subject: subject.id, place: a.scene.place.id, from: a.state.version } } },
    ...witnesses.map((w): WorldChange => ({ kind: 'learned', who: w.id, fact: id, how: 'saw', by: null })),
  ];
}

/** A name as it stands in a sentence. */
export const say = (e: Entity): string => e.name || e.id;
