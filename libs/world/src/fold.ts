import type { Entity, WorldChange } from '#contracts';
import type { WorldState } from './state.js';

/** What a batch has touched so far, over the state that it was made against. */
export class Draft {
  readonly touched = new Map<string, Entity>();

  constructor(readonly base: WorldState) {}

  get(id: string): Entity | undefined {
    return this.touched.get(id) ?? this.base.get(id);
  }

  put(entity: Entity): void {
    this.touched.set(entity.id, entity);
  }

  /** All entities, touched ones as they are now. */
  *all(): Iterable<Entity> {
    for (const entity of this.base) if (!this.touched.has(entity.id)) yield entity;
    yield* this.touched.values();
  }

  finish(version: number): WorldState {
    return this.touched.size === 0 ? this.base.at(version) : this.base.with(version, this.touched.values());
  }
}

/**
 * The state after these events, whose versions follow the state's. Checks nothing: what was written was checked.
 * The same events give the same bytes on any machine.
 * @throws Error at an event that does not fit the state, which only a broken log can hold.
 */
export function fold(state: WorldState, changes: Iterable<WorldChange>): WorldState {
  const draft = new Draft(state);
  let version = state.version;
  for (const change of changes) foldInto(draft, change, ++version);
  return draft.finish(version);
}

/** One event into a draft. */
export function foldInto(draft: Draft, change: WorldChange, version: number): void {
  switch (change.kind) {
    case 'created': {
      const { id, type, name, in: inside, attrs } = change.entity;
      return draft.put({ id, type, name, in: inside, attrs, relations: {}, knows: {}, gone: false });
    }
    case 'removed':
      return edit(draft, change.id, (e) => ({ ...e, in: null, gone: true }));
    case 'changed':
      return edit(draft, change.id, (e) => ({ ...e, name: change.name ?? e.name, attrs: withSet(e.attrs, change.set) }));
    case 'moved':
      return edit(draft, change.id, (e) => ({ ...e, in: change.to }));
    case 'amount':
      return edit(draft, change.id, (e) => added(e, change.attr, change.by));
    case 'paid':
      edit(draft, change.from, (e) => added(e, change.attr, -change.amount));
      return edit(draft, change.to, (e) => added(e, change.attr, change.amount));
    case 'related': {
      const key = `${change.relation}:${change.to}`;
      return edit(draft, change.from, (e) => ({ ...e, relations: { ...e.relations, [key]: (e.relations[key] ?? 0) + change.by } }));
    }
    case 'learned':
      return edit(draft, change.who, (e) => ({ ...e, knows: { ...e.knows, [change.fact]: { how: change.how, by: change.by, at: version } } }));
    case 'died':
      return edit(draft, change.id, (e) => ({ ...e, attrs: { ...e.attrs, alive: false } }));
    case 'ticked':
      return edit(draft, change.id, (e) => added(e, 'filled', change.by));
    case 'rolled':
    case 'noted':
      return;
    case 'restored':
      throw new Error('a restored version is read from its own state, not folded');
  }
}

function edit(draft: Draft, id: string, change: (e: Entity) => Entity): void {
  const entity = draft.get(id);
  if (!entity) throw new Error('an event names an entity that the state does not have');
  draft.put(change(entity));
}

const added = (e: Entity, attr: string, by: number): Entity => ({ ...e, attrs: { ...e.attrs, [attr]: amountOf(e, attr) + by } });

/** An amount that was never set is 0. */
export function amountOf(entity: Entity, attr: string): number {
  const value = entity.attrs[attr];
  return typeof value === 'number' ? value : 0;
}

function withSet(attrs: Entity['attrs'], set: Entity['attrs']): Entity['attrs'] {
  const next = { ...attrs, ...set };
  for (const [key, value] of Object.entries(set)) if (value === null) delete next[key];
  return next;
}
