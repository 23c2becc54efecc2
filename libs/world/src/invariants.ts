import type { Entity, Refusal, WorldChange } from '#contracts';
import { amountOf, type Draft } from './fold.js';
import { holdersOf } from './places.js';
import type { CompiledRules } from './rules.js';

/** What must hold of all that a batch touched once it is done; without a batch, of the whole state. */
export function checkInvariants(compiled: CompiledRules, draft: Draft, changes: readonly WorldChange[]): Refusal[] {
  return [
    ...[...draft.touched.values()].flatMap((e) => checkEntity(compiled, draft, e)),
    ...(compiled.has('exits') ? checkExits(draft) : []),
    ...(compiled.has('relations') ? checkPace(compiled, changes) : []),
  ];
}

function checkEntity(compiled: CompiledRules, draft: Draft, e: Entity): Refusal[] {
  if (e.gone) return [];
  const refusals: Refusal[] = [];
  const misfit = compiled.fits(e);
  if (misfit !== null) refusals.push(refusal('type', 'An attribute does not fit its type.'));
  if (compiled.has('containment')) refusals.push(...checkContainment(compiled, draft, e));
  if (compiled.has('amounts') && compiled.rules.amounts.some((a) => amountOf(e, a) < 0)) refusals.push(refusal('amounts', 'An amount is below 0.'));
  return refusals;
}

/** One holder or place, of a kind that may hold it, and no circle. */
function checkContainment(compiled: CompiledRules, draft: Draft, e: Entity): Refusal[] {
  const rule = compiled.rules.types[e.type];
  if (!rule) return [refusal('type', 'The rules have no such type.')];
  if (e.in === null) return rule.placed ? [refusal('containment', 'It must be somewhere.')] : [];
  const holder = draft.get(e.in);
  if (!holder || holder.gone) return [refusal('containment', 'What it is in does not exist.')];
  if (!rule.within.includes(holder.type)) return [refusal('containment', 'It cannot be in something of that type.')];
  return holdersOf(draft, e).circle ? [refusal('containment', 'It would be inside itself.')] : [];
}

/** Exits lead somewhere, and back unless they go one way only. */
function checkExits(draft: Draft): Refusal[] {
  const touched = [...draft.touched.values()].filter((e) => e.type === 'exit' || (e.type === 'location' && e.gone));
  if (touched.length === 0) return [];
  const ways = new Map<string, Entity[]>();
  const key = (from: unknown, to: unknown): string => JSON.stringify([from, to]);
  const exits = [...draft.all()].filter((e) => e.type === 'exit' && !e.gone);
  for (const exit of exits) ways.set(key(exit.in, exit.attrs['to']), [...(ways.get(key(exit.in, exit.attrs['to'])) ?? []), exit]);
  const refusals: Refusal[] = [];
  // One that was there before may have been the way back of another, which nothing else touched.
  const checked = touched.some((e) => draft.base.get(e.id)) ? exits : touched;
  for (const exit of checked) {
    const to = typeof exit.attrs['to'] === 'string' ? draft.get(exit.attrs['to']) : undefined;
    if (to?.type !== 'location' || to.gone) refusals.push(refusal('exits', 'An exit leads nowhere.'));
    else if (exit.attrs['oneWay'] !== true && !ways.has(key(to.id, exit.in))) refusals.push(refusal('exits', 'An exit has no way back and is not one-way.'));
  }
  return refusals;
}

/** Relations change slowly: by no more than the rules allow in one turn, however many causes there were. */
function checkPace(compiled: CompiledRules, changes: readonly WorldChange[]): Refusal[] {
  const sums = new Map<string, number>();
  const refusals: Refusal[] = [];
  changes.forEach((c, index) => {
    if (c.kind !== 'related') return;
    const key = JSON.stringify([c.relation, c.from, c.to]);
    const sum = (sums.get(key) ?? 0) + c.by;
    sums.set(key, sum);
    if (Math.abs(sum) > compiled.rules.relations[c.relation]!.maxChange) refusals.push({ index, rule: 'relations', reason: 'The relation changes too much at once.' });
  });
  return refusals;
}

const refusal = (rule: string, reason: string): Refusal => ({ index: -1, rule, reason });
