import { amountOf, isDead, placeOf, sentencesIn, type WorldState } from '#world';

const DEATH = /\b(?:dead|death|died|dies|body|corpse|killed|kills?|slain|grave|late)\b/i;
const UNREAL = /\b(?:not|n't|never|nobody|no one|without|would|could|wish(?:es)?|if|wants?|looks? for|misses|remembers?|thinks? of|hopes?)\b/i;
const NUMBER = /\b(\d[\d,]*) (?:gold|coins?)/gi;

/**
 * Whether a telling may contradict the state, read apart from the agent's own checks and more broadly than they do: any
 * mention of the dead without their death, of people who are elsewhere without where, of a thing beside one person who
 * is not its holder, of gold in a number that nobody here has. Some of what it counts is harmless: an upper bound.
 */
export function mayContradict(state: WorldState, actorId: string, said: string, text: string): boolean {
  const actor = state.get(actorId)!;
  const here = placeOf(state, actor).id;
  const all = [...state].filter((e) => e.name && !e.gone);
  const asked = said.toLowerCase();
  const people = all.filter((e) => e.type === 'character' && e.id !== actorId);
  const names = (sentence: string, name: string): boolean => new RegExp(`\\b${name}\\b`, 'i').test(sentence);
  return sentencesIn(text.replace(/["“][^"“”]*["”]/gu, ' ')).filter((s) => !UNREAL.test(s)).some((sentence) => {
    const there = people.filter((e) => names(sentence, e.name));
    if (there.some((e) => isDead(e) && !DEATH.test(sentence))) return true;
    if (there.some((e) => !isDead(e) && placeOf(state, e).id !== here && !names(sentence, placeOf(state, e).name) && !asked.includes(e.name.toLowerCase()))) return true;
    const gold = [...sentence.matchAll(NUMBER)].map((m) => Number(m[1]!.replaceAll(',', '')));
    const held = new Set([actor, ...people.filter((e) => placeOf(state, e).id === here)].map((e) => amountOf(e, 'gold')));
    if (gold.some((n) => !held.has(n) && !asked.includes(String(n)))) return true;
    const owners = [...there.map((e) => e.id), ...(/\b(?:you|your)\b/i.test(sentence) ? [actorId] : [])];
    return owners.length === 1 && all.filter((e) => e.type === 'item' && names(sentence, e.name) && !asked.includes(e.name)).some((item) => item.in !== owners[0] && item.in !== here);
  });
}
