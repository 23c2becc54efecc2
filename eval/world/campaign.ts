import { v7 as uuidv7 } from 'uuid';
import { LOCAL_TENANT, type WorldChangeInput, worldBatchSchema, type WorldEventView, type WorldRef } from '#contracts';
import { worldContext } from '#agents/dungeon-master/activities/context';
import { playTurn } from '#agents/dungeon-master/activities/play';
import { changeWorld, forgetStates, insertWorld, loadWorld, type Pool, readWorldEvents, withTx } from '#store';
import { CAMPAIGN_RULES, parseIntent, placeOf, type WorldState } from '#world';

const PLACES = ['Mill', 'Chapel', 'Market', 'Harbour', 'Forge', 'Library', 'Tower', 'Garden'];
const PEOPLE = ['Aldo', 'Brin', 'Cato', 'Dara', 'Edda', 'Falk', 'Gerd', 'Hale', 'Iva', 'Joss', 'Kira', 'Lorn'];
const THINGS = ['lantern', 'dagger', 'flute', 'goblet', 'compass', 'ledger', 'shield', 'brooch', 'candle', 'hammer', 'mirror', 'whistle'];
const SECRETS = ['poisoned the well', 'forged the charter', 'buried the treasure', 'betrayed the duke', 'stole the relic', 'burned the granary', 'hid the heir', 'sold the map'];
export const CHECKED_AT = [50, 100, 200];
const PROBES_A_KIND = 8;
export const KINDS = ['holds', 'where', 'knows', 'owes', 'dead'] as const;
export type Kind = (typeof KINDS)[number];
export type ProbeCount = { turn: number; kind: Kind; probes: number; store: number; context: number };

export function* numbers(seed: number): Generator<number, never> {
  for (let x = seed; ; ) yield (x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0);
}

/** Places in a ring, people and things spread over them, and secrets that some know from the start. */
export function setting(): WorldChangeInput[] {
  const at = (i: number): string => PLACES[i % PLACES.length]!;
  const made = (id: string, type: string, inside: string | null, attrs = {}): WorldChangeInput => ({ kind: 'created', entity: { id, type, name: id, in: inside, attrs } });
  return [
    ...PLACES.map((p) => made(p, 'location', null)),
    ...PLACES.flatMap((p, i) => [made(`${p}-east`, 'exit', p, { to: at(i + 1), direction: 'east' }), made(`${at(i + 1)}-west`, 'exit', at(i + 1), { to: p, direction: 'west' })]),
    ...PEOPLE.map((p, i) => made(p, 'character', at(i), { alive: true, gold: 100, hp: 12 })),
    ...THINGS.map((t, i) => made(t, 'item', i % 2 ? PEOPLE[i]! : at(i))),
    ...SECRETS.map((s, i) => made(`secret-${i}`, 'fact', null, { text: `${PEOPLE[i]!} ${s}.`, subject: PEOPLE[i]! })),
    ...SECRETS.map((_, i): WorldChangeInput => ({ kind: 'learned', who: PEOPLE[i]!, fact: `secret-${i}`, how: 'background' })),
  ];
}

/** What the log says, worked out apart from the engine. */
type Ledger = { in: Map<string, string>; dead: Set<string>; owes: Map<string, number>; knows: Set<string> };
function ledgerOf(events: WorldEventView[]): Ledger {
  const l: Ledger = { in: new Map(), dead: new Set(), owes: new Map(), knows: new Set() };
  for (const { change: c } of events) {
    if (c.kind === 'created' && c.entity.in !== null) l.in.set(c.entity.id, c.entity.in);
    if (c.kind === 'moved') l.in.set(c.id, c.to);
    if (c.kind === 'died') l.dead.add(c.id);
    if (c.kind === 'related' && c.relation === 'owes') l.owes.set(`${c.from} ${c.to}`, (l.owes.get(`${c.from} ${c.to}`) ?? 0) + c.by);
    if (c.kind === 'learned') l.knows.add(`${c.who} ${c.fact}`);
  }
  return l;
}

type Probe = { kind: Kind; asked: string; store: (s: WorldState) => boolean; context: RegExp };
function probesOf(l: Ledger, pick: (n: number) => number): Probe[] {
  const place = (id: string): string => (PLACES.includes(l.in.get(id)!) ? l.in.get(id)! : place(l.in.get(id)!));
  const take = <T>(list: T[]): T[] => (list.length ? Array.from({ length: PROBES_A_KIND }, () => list[pick(list.length)]!) : []);
  return [
    ...take(THINGS).map((t): Probe => ({ kind: 'holds', asked: `Who holds the ${t}?`, store: (s) => s.get(t)!.in === l.in.get(t), context: new RegExp(`${t}: (?:held by|in) ${l.in.get(t)}\\b`) })),
    ...take(PEOPLE).map((p): Probe => ({ kind: 'where', asked: `Where is ${p}?`, store: (s) => placeOf(s, s.get(p)!).id === place(p), context: new RegExp(`${p}: (?:dead, )?in ${place(p)}\\b`) })),
    ...take(SECRETS.map((s, i) => ({ s, i }))).map(({ s, i }): Probe => {
      const who = PEOPLE.filter((p) => l.knows.has(`${p} secret-${i}`));
      return { kind: 'knows', asked: `Who knows that ${PEOPLE[i]!} ${s}?`, store: (st) => PEOPLE.every((p) => `secret-${i}` in st.get(p)!.knows === who.includes(p)), context: new RegExp(`${PEOPLE[i]!} ${s}\\. Known by: ${who.join(', ')}\\.`) };
    }),
    ...take([...l.owes]).map(([pair, sum]): Probe => {
      const [from, to] = pair.split(' ') as [string, string];
      return { kind: 'owes', asked: `What does ${from} owe ${to}?`, store: (s) => s.get(from)!.relations[`owes:${to}`] === sum, context: new RegExp(`${from}: [^\\n]*owes ${to} ${sum}\\b`) };
    }),
    ...take(PEOPLE).map((p): Probe => ({ kind: 'dead', asked: `Is ${p} dead?`, store: (s) => (s.get(p)!.attrs['alive'] === false) === l.dead.has(p), context: new RegExp(`${p}: ${l.dead.has(p) ? 'dead, ' : ''}in `) })),
  ];
}

/** What somebody who is alive does next, by chance. */
export function scriptedTurn(state: WorldState, pick: (n: number) => number): { actor: string; other: string; said: string } {
  const living = PEOPLE.filter((p) => state.get(p)!.attrs['alive'] !== false);
  const actor = living[pick(living.length)]!;
  const other = PEOPLE[pick(PEOPLE.length)]!;
  const thing = THINGS[pick(THINGS.length)]!;
  const lines = [`go ${pick(2) ? 'east' : 'west'}`, `take the ${thing}`, `give the ${thing} to ${other}`, `drop the ${thing}`, `tell ${other} that ${actor} ${SECRETS[PEOPLE.indexOf(actor) % SECRETS.length]!}`, `steal the ${thing} from ${other}`, `pay ${other} 3 gold`, ...(pick(4) ? [] : [`attack ${other}`])];
  return { actor, other, said: lines[pick(lines.length)]! };
}

/** Plays 200 turns by script, with debts, and asks what came of it, of the store and of what the agent would be given. */
export async function playCampaign(pool: Pool, seed: number, contextTokens: number): Promise<{ counts: ProbeCount[]; failures: number }> {
  const random = numbers(seed);
  const pick = (n: number): number => Math.floor((random.next().value / 2 ** 32) * n);
  const ref: WorldRef = { tenantId: LOCAL_TENANT, worldId: uuidv7() };
  await withTx(pool, LOCAL_TENANT, (tx) => insertWorld(tx, { ...ref, name: 'eval', rules: CAMPAIGN_RULES }));
  let { state } = await changeWorld(pool, ref, worldBatchSchema.parse({ changes: setting() }));
  const counts: ProbeCount[] = [];
  let failures = 0;
  for (let turn = 1; turn <= CHECKED_AT.at(-1)!; turn++) {
    const { actor, other, said } = scriptedTurn(state, pick);
    const played = await playTurn(pool, { ref, turnId: uuidv7(), actor, said }, parseIntent(said)!);
    if (!played.outcome.ok) failures++;
    ({ state } = played);
    if (turn % 5 === 0 && other !== actor) ({ state } = await changeWorld(pool, ref, { turnId: uuidv7(), changes: [{ kind: 'related', relation: 'owes', from: actor, to: other, by: 1 + pick(9), cause: 'a loan' }] }).catch(() => ({ state })));
    if (!CHECKED_AT.includes(turn)) continue;
    forgetStates();
    state = await loadWorld(pool, ref);
    const ledger = ledgerOf(await withTx(pool, LOCAL_TENANT, (tx) => readWorldEvents(tx, ref, { after: 0, upTo: state.version })));
    for (const kind of KINDS) counts.push({ turn, kind, probes: 0, store: 0, context: 0 });
    for (const probe of probesOf(ledger, pick)) {
      const count = counts.find((c) => c.turn === turn && c.kind === probe.kind)!;
      const context = await worldContext(pool, ref, { actor, said: probe.asked }, contextTokens);
      count.probes++;
      if (probe.store(state)) count.store++;
      if (probe.context.test(context)) count.context++;
    }
  }
  return { counts, failures };
}
