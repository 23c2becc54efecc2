import type { Entity, WorldChange } from '#contracts';
import { amountOf, type Draft } from './fold.js';
import { placeOf, placeOfFact, together } from './places.js';
import type { CompiledRules } from './rules.js';

/** What a batch says about itself. */
export type BatchFrame = { actor: Entity | null; /** Before the first turn, or outside any: the game's own hand. */ setup: boolean };
/** A rule that a change breaks, with the reason in words that name no content. */
export type Broken = { rule: string; reason: string } | null;

const broken = (rule: string, reason: string): Broken => ({ rule, reason });
export const isDead = (e: Entity): boolean => e.attrs['alive'] === false;

/** Whether one change may follow the draft as it is: what can be seen without looking at the rest of its batch. */
export function checkChange(compiled: CompiledRules, draft: Draft, change: WorldChange, frame: BatchFrame): Broken {
  if (frame.actor && compiled.has('death') && isDead(frame.actor)) return broken('death', 'The one who acts is dead.');
  const missing = namesOf(change).find((id) => !draft.get(id) || (draft.get(id)!.gone && change.kind !== 'noted'));
  if (missing !== undefined) return broken('existence', 'The change names something that does not exist.');
  const check = CHECKS[change.kind] as (c: CompiledRules, d: Draft, change: WorldChange, f: BatchFrame) => Broken;
  return check(compiled, draft, change, frame);
}

/** Ids that must exist before the change. */
function namesOf(change: WorldChange): string[] {
  switch (change.kind) {
    case 'created': return change.entity.in === null ? [] : [change.entity.in];
    case 'removed': case 'changed': case 'amount': case 'died': case 'ticked': return [change.id];
    case 'moved': return [change.id, change.to, ...(change.via === undefined ? [] : [change.via])];
    case 'paid': case 'related': return [change.from, change.to];
    case 'learned': return [change.who, change.fact, ...(change.by === null ? [] : [change.by])];
    case 'noted': return change.about;
    case 'rolled': case 'restored': return [];
  }
}

type Checks = { [K in WorldChange['kind']]: (compiled: CompiledRules, draft: Draft, change: Extract<WorldChange, { kind: K }>, frame: BatchFrame) => Broken };

const CHECKS: Checks = {
  created: ({ rules }, draft, { entity }) => {
    if (draft.get(entity.id)) return broken('identity', 'There is an entity of this id already.');
    return rules.types[entity.type] ? null : broken('type', 'The rules have no such type.');
  },
  removed: (compiled, draft, { id }) => {
    if (!compiled.has('containment')) return null;
    for (const e of draft.all()) if (e.in === id && !e.gone) return broken('containment', 'Something is still in it.');
    return null;
  },
  changed: (compiled, draft, { id, set }) => {
    if (compiled.has('death') && 'alive' in set && isDead(draft.get(id)!) !== (set['alive'] === false)) return broken('death', 'Life and death are not an attribute to set.');
    if (compiled.has('amounts') && compiled.rules.amounts.some((a) => a in set)) return broken('amounts', 'An amount changes by an amount, with a cause.');
    return null;
  },
  moved: (compiled, draft, { id, to, via, cause }) => {
    const entity = draft.get(id)!;
    if (via === undefined) return cause ? null : broken('exits', 'What does not walk through an exit is moved by a cause.');
    if (compiled.has('death') && isDead(entity)) return broken('death', 'The dead do not walk.');
    const exit = draft.get(via)!;
    if (exit.in !== entity.in || exit.attrs['to'] !== to) return broken('exits', 'The exit does not lead there from here.');
    return exit.attrs['locked'] === true ? broken('exits', 'The exit is locked.') : null;
  },
  amount: ({ rules, has }, draft, { id, attr, by, cause }) => {
    if (!has('amounts')) return null;
    if (!rules.amounts.includes(attr)) return broken('amounts', 'This attribute is no amount.');
    if (!cause) return broken('amounts', 'An amount changes with a cause.');
    return amountOf(draft.get(id)!, attr) + by < 0 ? broken('amounts', 'There is not that much of it.') : null;
  },
  paid: ({ rules, has }, draft, { from, to, attr, amount }) => {
    if (!has('amounts')) return null;
    if (!rules.amounts.includes(attr)) return broken('amounts', 'This attribute is no amount.');
    if (from === to) return broken('amounts', 'Nobody pays themselves.');
    return amountOf(draft.get(from)!, attr) < amount ? broken('amounts', 'There is not that much of it.') : null;
  },
  related: ({ rules, has }, draft, { relation, from, to, by, cause }) => {
    const rule = rules.relations[relation];
    if (!rule) return broken('relations', 'The rules have no such relation.');
    if (!has('relations')) return null;
    if (from === to) return broken('relations', 'A relation has two ends.');
    if (!cause.trim()) return broken('relations', 'A relation changes with a cause.');
    if (has('death') && isDead(draft.get(from)!)) return broken('death', 'The dead do not change their mind.');
    const value = (draft.get(from)!.relations[`${relation}:${to}`] ?? 0) + by;
    return value < rule.min || value > rule.max ? broken('relations', 'The relation would leave its bounds.') : null;
  },
  learned: (compiled, draft, change, frame) => (compiled.has('knowledge') ? checkLearning(draft, change, frame, compiled.has('death')) : null),
  died: (compiled, draft, { id }) => (compiled.has('death') && isDead(draft.get(id)!) ? broken('death', 'Nobody dies twice.') : null),
  ticked: (_compiled, draft, { id, by }) => {
    const clock = draft.get(id)!;
    const segments = clock.attrs['segments'];
    if (typeof segments !== 'number') return broken('type', 'Only a clock ticks.');
    return amountOf(clock, 'filled') + by > segments ? broken('amounts', 'The clock is full.') : null;
  },
  rolled: (_compiled, _draft, { dice }) => (dice.length ? null : broken('type', 'A roll has dice.')),
  noted: () => null,
  restored: () => broken('type', 'A version is restored by undo, redo or a rewind.'),
};

/** A character knows what it saw or was told, and nothing else. */
function checkLearning(draft: Draft, { who, fact, how, by }: Extract<WorldChange, { kind: 'learned' }>, frame: BatchFrame, mortal: boolean): Broken {
  const learner = draft.get(who)!;
  if (draft.get(fact)!.type !== 'fact') return broken('knowledge', 'Only a fact can be known.');
  if (mortal && isDead(learner)) return broken('death', 'The dead learn nothing.');
  if (how === 'background') return frame.setup ? null : broken('knowledge', 'Nobody remembers all at once what they never learned.');
  if (how === 'saw') return placeOfFact(draft, draft.get(fact)!) === placeOf(draft, learner).id ? null : broken('knowledge', 'It cannot be seen from there.');
  const teller = by === null ? undefined : draft.get(by);
  if (!teller || teller.id === who) return broken('knowledge', 'What was told was told by somebody.');
  if (!together(draft, learner, teller)) return broken('knowledge', 'The one who tells is elsewhere.');
  if (mortal && isDead(teller)) return broken('death', 'The dead tell nothing.');
  const tells = teller.attrs['tells'];
  const knows = fact in teller.knows || (Array.isArray(tells) && tells.includes(fact));
  return knows ? null : broken('knowledge', 'The one who tells does not know it.');
}
