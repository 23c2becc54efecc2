import { type Dice, type Entity, type Outcome, type Roll, type WorldChange, worldChangeSchema, type WorldRules } from '#contracts';
import { applyBatch } from '../apply.js';
import { amountOf } from '../fold.js';
import type { WorldState } from '../state.js';
import { say } from './attempt.js';

export type Meanwhile = { rules: WorldRules; state: WorldState; turnId: string; dice: Dice };
type Part = { changes: WorldChange[]; said: string[]; rolls: Roll[] };

const NOTHING: Part = { changes: [], said: [], rolls: [] };
/** Most that a note may be about. */
const MOST_ABOUT = 20;

/**
 * What happens while nobody plays: factions earn, clocks move, and what a clock has been counting down to comes true.
 * A clock moves at every `every`-th passing of time; a faction's by a die, any other by one. `then` holds the events of
 * a full clock: they are checked like all others, and told as a failure where the rules forbid them. One that
 * `repeats` starts over. Null where nothing was due.
 */
export function passTime(t: Meanwhile): Outcome | null {
  const all = t.state.sorted().filter((e) => !e.gone);
  const parts = [...all.filter((e) => e.type === 'faction').map(earn), ...all.filter((e) => e.type === 'clock').map((clock) => move(t, clock))].filter((p) => p.changes.length > 0);
  if (parts.length === 0) return null;
  const steps = parts.flatMap((p) => p.changes);
  const full = all.filter((e) => e.type === 'clock' && isFilledBy(e, steps));
  const { changes, said } = full.reduce<Part>((so, clock) => comeTrue(t, so, clock), { changes: steps, said: parts.flatMap((p) => p.said), rolls: [] });
  const summary = said.join(' ') || 'Time passes.';
  const rolls = parts.flatMap((p) => p.rolls);
  const about = [...new Set(parts.flatMap((p) => p.changes.flatMap((c) => ('id' in c ? [c.id] : []))))].slice(0, MOST_ABOUT);
  const noted: WorldChange = { kind: 'noted', about, text: summary };
  return { ok: true, code: 'time_passed', summary, changes: [...rolls.map((roll): WorldChange => ({ kind: 'rolled', ...roll })), ...changes, noted], rolls };
}

function earn(faction: Entity): Part {
  const income = amountOf(faction, 'income');
  return income > 0 ? { ...NOTHING, changes: [{ kind: 'amount', id: faction.id, attr: 'gold', by: income, cause: 'income' }] } : NOTHING;
}

function move(t: Meanwhile, clock: Entity): Part {
  const left = amountOf(clock, 'segments') - amountOf(clock, 'filled');
  if (left <= 0) return NOTHING;
  const waited = amountOf(clock, 'waited') + 1;
  const every = amountOf(clock, 'every') || 1;
  if (waited < every) return { ...NOTHING, changes: [{ kind: 'changed', id: clock.id, set: { waited }, cause: 'time' }] };
  const rested: WorldChange[] = every > 1 ? [{ kind: 'changed', id: clock.id, set: { waited: 0 }, cause: 'time' }] : [];
  const faction = typeof clock.attrs['faction'] === 'string' ? t.state.get(clock.attrs['faction']) : undefined;
  if (!faction || faction.gone) return { changes: [...rested, { kind: 'ticked', id: clock.id, by: 1 }], said: [], rolls: [] };
  const roll = t.dice('1d6', `${say(faction)}: ${say(clock)}`.slice(0, 200));
  const by = Math.min(left, progressOf(roll.total));
  if (by === 0) return { changes: rested.length ? rested : [{ kind: 'changed', id: clock.id, set: { waited: 0 }, cause: 'a setback' }], said: [`${say(faction)} makes no headway with ${say(clock)}.`], rolls: [roll] };
  return { changes: [...rested, { kind: 'ticked', id: clock.id, by }], said: [`${say(faction)} works at ${say(clock)}.`], rolls: [roll] };
}

/** A setback, a step, two, or a stroke of luck. */
function progressOf(die: number): number {
  if (die <= 1) return 0;
  if (die <= 3) return 1;
  return die <= 5 ? 2 : 3;
}

function isFilledBy(clock: Entity, changes: readonly WorldChange[]): boolean {
  const ticks = changes.reduce((sum, c) => sum + (c.kind === 'ticked' && c.id === clock.id ? c.by : 0), 0);
  return ticks > 0 && amountOf(clock, 'filled') + ticks >= amountOf(clock, 'segments');
}

function comeTrue(t: Meanwhile, so: Part, clock: Entity): Part {
  const again: WorldChange[] = clock.attrs['repeats'] === true ? [{ kind: 'changed', id: clock.id, set: { filled: 0 }, cause: 'it starts over' }] : [];
  const then = worldChangeSchema.array().safeParse(clock.attrs['then'] ?? []);
  const told = `${say(clock)} has come.${typeof clock.attrs['text'] === 'string' ? ` ${clock.attrs['text']}` : ''}`;
  const changes = then.success ? [...so.changes, ...then.data, ...again] : null;
  if (changes && applyBatch(t.rules, t.state, { turnId: t.turnId, changes }).ok) return { ...so, changes, said: [...so.said, told] };
  return { ...so, changes: [...so.changes, ...again], said: [...so.said, `${say(clock)} comes to nothing.`] };
}
