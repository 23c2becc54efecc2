import type { Entity, WorldChange } from '#contracts';
import { isDead } from '../check-change.js';
import { amountOf } from '../fold.js';
import { named, words } from '../views/scene.js';
import { type Act, type Attempt, fail, feel, say, succeed, witnessed } from './attempt.js';
import { unseen } from './acts-on-things.js';

const TO_HIT = 10;
const TO_PERSUADE = 12;
/** Trust that is worth one on a die. */
const TRUST_A_POINT = 10;

/** What is said and done to others. What they think and whether they obey is theirs, and the dice's. */
export const ACTS_ON_PEOPLE = {
  say: ({ scene, intent }) => {
    const to = intent.target ? named(intent.target, scene.people) : null;
    return succeed('said', `${say(scene.actor)} says${to ? ` to ${say(to)}` : ''}: "${intent.text ?? ''}"`, []);
  },
  tell: (a) => {
    const { scene, intent } = a;
    const to = named(intent.target, scene.people);
    if (!to) return unseen(scene.actor, intent.target);
    if (isDead(to)) return fail('dead', `${say(to)} is dead.`);
    const fact = factAbout(a, scene.actor, intent.item ?? intent.text);
    if (!fact) return succeed('said', `${say(scene.actor)} speaks to ${say(to)} of ${intent.item ?? intent.text ?? 'this and that'}.`, []);
    return succeed('told', `${say(scene.actor)} tells ${say(to)}: ${textOf(fact)}`, learn(to, fact, scene.actor));
  },
  ask: (a) => {
    const { scene, intent } = a;
    const of = named(intent.target, scene.people);
    if (!of) return unseen(scene.actor, intent.target);
    if (isDead(of)) return fail('dead', `${say(of)} is dead.`);
    const fact = factAbout(a, of, intent.item);
    if (!fact) return fail('knows_nothing', `${say(of)} knows nothing about ${intent.item ?? 'that'}.`);
    if ((of.relations[`trust:${scene.actor.id}`] ?? 0) < 0) return fail('silent', `${say(of)} does not want to talk about ${intent.item ?? 'that'}.`);
    return succeed('told', `${say(of)} tells ${say(scene.actor)}: ${textOf(fact)}`, learn(scene.actor, fact, of));
  },
  persuade: (a) => {
    const { scene, intent, dice } = a;
    const who = named(intent.target, scene.people);
    if (!who) return unseen(scene.actor, intent.target);
    if (isDead(who)) return fail('dead', `${say(who)} is dead.`);
    const roll = dice('1d20', 'persuading');
    const trust = who.relations[`trust:${scene.actor.id}`] ?? 0;
    const what = intent.text ?? 'help';
    if (roll.total + Math.trunc(trust / TRUST_A_POINT) >= TO_PERSUADE) return succeed('persuaded', `${say(who)} lets ${say(scene.actor)} persuade them to ${what}.`, feel(a, who, scene.actor, 2, `was persuaded to ${what}`), [roll]);
    return fail('refused', `${say(who)} refuses to ${what}.`, feel(a, who, scene.actor, -3, `was pressed to ${what}`), [roll]);
  },
  attack: (a) => {
    const { scene, intent, dice } = a;
    const foe = named(intent.target, scene.people);
    if (!foe) return unseen(scene.actor, intent.target);
    if (isDead(foe)) return fail('dead', `${say(foe)} is dead already.`);
    const weapon = intent.item ? named(intent.item, scene.inventory) : null;
    if (intent.item && !weapon) return fail('has_not', `${say(scene.actor)} does not have ${intent.item}.`);
    const hit = dice('1d20', 'to hit');
    const grudges = [...feel(a, foe, scene.actor, -20, `was attacked by ${say(scene.actor)}`), ...scene.people.filter((e) => e.id !== foe.id).flatMap((e) => feel(a, e, scene.actor, -5, `saw ${say(scene.actor)} attack ${say(foe)}`))];
    const seen = (text: string): WorldChange[] => witnessed(a, 1, scene.actor, text);
    if (hit.total < TO_HIT) return fail('missed', `${say(scene.actor)} attacks ${say(foe)} and misses.`, [...grudges, ...seen(`${say(scene.actor)} attacked ${say(foe)}.`)], [hit]);
    const damage = dice(weapon ? '1d6+2' : '1d6', 'damage');
    const life = amountOf(foe, 'hp');
    const lost = Math.min(life, damage.total);
    const wound: WorldChange[] = lost > 0 ? [{ kind: 'amount', id: foe.id, attr: 'hp', by: -lost, cause: `hit by ${say(scene.actor)}` }] : [];
    if (lost < life) return succeed('hit', `${say(scene.actor)} hits ${say(foe)} for ${lost}.`, [...wound, ...grudges, ...seen(`${say(scene.actor)} attacked ${say(foe)}.`)], [hit, damage]);
    // The grudge of the dead dies with them.
    return succeed('killed', `${say(scene.actor)} kills ${say(foe)}.`, [...wound, ...grudges, ...seen(`${say(scene.actor)} killed ${say(foe)}.`), { kind: 'died', id: foe.id, cause: `killed by ${say(scene.actor)}` }], [hit, damage]);
  },
} satisfies Record<string, Act>;

/** The fact that somebody knows and that shares most words with what is asked. */
function factAbout({ state }: Attempt, who: Entity, about: string | undefined): Entity | null {
  const wanted = words(about ?? '').filter((w) => w.length > 2);
  const score = (fact: Entity): number => {
    const said = new Set(words(`${textOf(fact)} ${state.get(String(fact.attrs['subject'] ?? ''))?.name ?? ''}`));
    return wanted.filter((w) => said.has(w)).length;
  };
  const best = Object.keys(who.knows).sort().flatMap((id) => state.get(id) ?? []).map((fact) => ({ fact, score: score(fact) })).sort((a, b) => b.score - a.score)[0];
  return best && best.score > 0 ? best.fact : null;
}

const textOf = (fact: Entity): string => String(fact.attrs['text'] ?? fact.name);
const learn = (who: Entity, fact: Entity, by: Entity): WorldChange[] => (fact.id in who.knows ? [] : [{ kind: 'learned', who: who.id, fact: fact.id, how: 'told', by: by.id }]);
