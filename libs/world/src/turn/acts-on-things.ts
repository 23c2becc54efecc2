import type { Attrs, Entity, Outcome } from '#contracts';
import { amountOf } from '../fold.js';
import { named, words } from '../views/scene.js';
import { type Act, type Attempt, fail, feel, say, succeed, witnessed } from './attempt.js';

const HARD = 12;
const EASY = 10;

/** What is done with exits, items and money. */
export const ACTS_ON_THINGS = {
  look: ({ scene, intent }) => {
    if (!intent.target) return succeed('look', `${say(scene.actor)} looks around ${say(scene.place)}.`, []);
    const seen = named(intent.target, [...scene.things, ...scene.inventory, ...scene.people, scene.place, ...scene.exits.map((e) => e.exit)]);
    return seen ? succeed('look', `${say(scene.actor)} looks at ${say(seen)}.`, []) : unseen(scene.actor, intent.target);
  },
  go: ({ scene, intent, state }) => {
    const wanted = words(intent.target ?? '');
    const way = scene.exits.find(({ exit }) => wanted.includes(String(exit.attrs['direction']))) ?? byName(scene.exits, intent.target);
    if (!way) return fail('no_way', `${say(scene.actor)} finds no way ${intent.target ?? 'there'} from ${say(scene.place)}.`);
    if (way.exit.attrs['locked'] === true) return fail('locked', `The way to ${say(way.to)} is locked.`);
    if (scene.actor.in !== way.exit.in) return fail('held', `${say(scene.actor)} cannot get out of ${say(state.get(String(scene.actor.in))!)}.`);
    return succeed('moved', `${say(scene.actor)} goes to ${say(way.to)}.`, [{ kind: 'moved', id: scene.actor.id, to: way.to.id, via: way.exit.id }]);
  },
  take: (a) => {
    const { scene, intent } = a;
    if (named(intent.item, scene.inventory)) return fail('has_it', `${say(scene.actor)} has ${say(named(intent.item, scene.inventory)!)} already.`);
    const item = named(intent.item, scene.things);
    if (!item) return heldByOther(a) ?? unseen(scene.actor, intent.item);
    if (item.attrs['fixed'] === true) return fail('fixed', `${say(item)} cannot be moved.`);
    return succeed('taken', `${say(scene.actor)} takes ${say(item)}.`, [{ kind: 'moved', id: item.id, to: scene.actor.id, cause: 'taken' }]);
  },
  drop: ({ scene, intent }) => {
    const item = named(intent.item, scene.inventory);
    if (!item) return lacking(scene.actor, intent.item);
    return succeed('dropped', `${say(scene.actor)} drops ${say(item)} in ${say(scene.place)}.`, [{ kind: 'moved', id: item.id, to: scene.place.id, cause: 'dropped' }]);
  },
  give: (a) => {
    const { scene, intent } = a;
    const item = named(intent.item, scene.inventory);
    if (!item) return lacking(scene.actor, intent.item);
    const to = named(intent.target, scene.people);
    if (!to) return unseen(scene.actor, intent.target);
    if (to.attrs['alive'] === false) return fail('dead', `${say(to)} is dead.`);
    return succeed('given', `${say(scene.actor)} gives ${say(item)} to ${say(to)}.`, [{ kind: 'moved', id: item.id, to: to.id, cause: 'given' }, ...feel(a, to, scene.actor, 3, `was given ${say(item)}`)]);
  },
  put: ({ scene, intent }) => {
    const item = named(intent.item, scene.inventory);
    if (!item) return lacking(scene.actor, intent.item);
    const into = named(intent.target, [...scene.things, ...scene.inventory].filter((e) => e.id !== item.id));
    if (!into) return unseen(scene.actor, intent.target);
    if (into.attrs['container'] !== true) return fail('no_container', `Nothing can be put into ${say(into)}.`);
    if (into.attrs['open'] === false || into.attrs['locked'] === true) return fail('closed', `${say(into)} is closed.`);
    return succeed('put', `${say(scene.actor)} puts ${say(item)} into ${say(into)}.`, [{ kind: 'moved', id: item.id, to: into.id, cause: 'put in' }]);
  },
  pay: (a) => {
    const { scene, intent } = a;
    const to = named(intent.target, scene.people);
    if (!to) return unseen(scene.actor, intent.target);
    const amount = intent.amount ?? 0;
    if (amount <= 0) return fail('nothing', `${say(scene.actor)} pays nothing.`);
    const has = amountOf(scene.actor, 'gold');
    if (has < amount) return fail('too_little', `${say(scene.actor)} has only ${has} gold.`);
    return succeed('paid', `${say(scene.actor)} pays ${say(to)} ${amount} gold.`, [{ kind: 'paid', from: scene.actor.id, to: to.id, attr: 'gold', amount }, ...feel(a, to, scene.actor, 2, `was paid ${amount} gold`)]);
  },
  open: (a) => openThing(a, false),
  unlock: (a) => openThing(a, true),
  steal: (a) => {
    const { scene, intent, dice, state } = a;
    const from = named(intent.target, scene.people);
    if (!from) return unseen(scene.actor, intent.target);
    const item = named(intent.item, [...state].filter((e) => e.in === from.id && !e.gone && e.type === 'item'));
    if (!item) return fail('not_there', `${say(from)} does not have ${intent.item ?? 'that'}.`);
    const roll = dice('1d20', 'stealing');
    if (roll.total >= HARD) return succeed('stolen', `${say(scene.actor)} steals ${say(item)} from ${say(from)}.`, [{ kind: 'moved', id: item.id, to: scene.actor.id, cause: 'stolen' }], [roll]);
    const text = `${say(scene.actor)} tried to steal ${say(item)} from ${say(from)}.`;
    return fail('caught', `${say(scene.actor)} is caught trying to steal ${say(item)} from ${say(from)}.`, [...feel(a, from, scene.actor, -15, `caught stealing ${say(item)}`), ...witnessed(a, 1, scene.actor, text)], [roll]);
  },
  search: ({ scene, intent, dice, state }) => {
    const hidden = [...state].filter((e) => e.type === 'item' && e.in === scene.place.id && !e.gone && e.attrs['hidden'] === true);
    const roll = dice('1d20', 'searching');
    const found = intent.item ? named(intent.item, hidden) : (hidden[0] ?? null);
    const seen = intent.item ? named(intent.item, [...scene.things, ...scene.inventory]) : null;
    if (seen) return succeed('found', `${say(scene.actor)} finds ${say(seen)} where it was.`, [], [roll]);
    if (!found || roll.total < EASY) return fail('not_found', `${say(scene.actor)} searches ${say(scene.place)} and finds nothing${intent.item ? ' of the kind' : ''}.`, [], [roll]);
    return succeed('found', `${say(scene.actor)} finds ${say(found)}.`, [{ kind: 'changed', id: found.id, set: { hidden: false }, cause: 'found' }], [roll]);
  },
  use: ({ scene, intent }) => {
    const item = named(intent.item, [...scene.inventory, ...scene.things]);
    if (!item) return unseen(scene.actor, intent.item);
    return succeed('used', `${say(scene.actor)} uses ${say(item)}.`, []);
  },
} satisfies Record<string, Act>;

function byName(exits: Attempt['scene']['exits'], name: string | undefined): Attempt['scene']['exits'][number] | undefined {
  const to = named(name, exits.map((e) => e.to)) ?? named(name, exits.map((e) => e.exit));
  return exits.find((e) => e.to === to || e.exit === to);
}

/** Opens a thing or a way; what is locked needs its key at hand. */
function openThing({ scene, intent, state }: Attempt, unlock: boolean): Outcome {
  const thing = byName(scene.exits, intent.target)?.exit ?? named(intent.target, [...scene.things, ...scene.inventory]);
  if (!thing) return unseen(scene.actor, intent.target);
  const called = thing.type === 'exit' ? `the way to ${say(state.get(String(thing.attrs['to']))!)}` : say(thing);
  const locked = thing.attrs['locked'] === true;
  if (locked) {
    const key = typeof thing.attrs['key'] === 'string' ? scene.inventory.find((e) => e.id === thing.attrs['key']) : undefined;
    if (!key) return fail('locked', `${say(scene.actor)} has no key to ${called}.`);
  } else if (unlock) return fail('not_locked', `${called} is not locked.`);
  const set: Attrs = { ...(locked ? { locked: false } : {}), ...(thing.type === 'item' ? { open: !unlock } : {}) };
  if (Object.keys(set).length === 0 || (!locked && thing.attrs['open'] === true)) return fail('open', `${called} is open already.`);
  return succeed(unlock ? 'unlocked' : 'opened', `${say(scene.actor)} ${unlock ? 'unlocks' : 'opens'} ${called}.`, [{ kind: 'changed', id: thing.id, set, cause: unlock ? 'unlocked' : 'opened' }]);
}

function heldByOther({ scene, intent, state }: Attempt): Outcome | null {
  for (const person of scene.people) {
    const item = named(intent.item, [...state].filter((e) => e.in === person.id && !e.gone && e.type === 'item'));
    if (item) return fail('not_yours', `${say(item)} is ${say(person)}'s.`);
  }
  return null;
}

export const unseen = (actor: Entity, name: string | undefined): Outcome => fail('not_here', `${say(actor)} sees no ${name ?? 'such thing'} here.`);
const lacking = (actor: Entity, name: string | undefined): Outcome => fail('has_not', `${say(actor)} does not have ${name ?? 'that'}.`);
