import type { Entity, TellingProblem } from '#contracts';
import { isDead } from '../check-change.js';
import { amountOf } from '../fold.js';
import { holdersOf, placeOf } from '../places.js';
import type { WorldState } from '../state.js';
import { words } from '../views/scene.js';

export type Telling = { state: WorldState; actorId: string; /** What the player said: names in it may be told of. */ said: string; text: string; /** Words that no telling has. */ never?: readonly string[] };

/** Capitalised in the middle of a sentence without being anybody's name. */
const NO_NAMES = new Set('I I\'m I\'ll I\'ve Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December God Gods Lord Lady Sir Madam Mister Master Mistress Dungeon North South East West English'.split(' '));
const SPEAKS = 'says?|said|asks?|asked|answers?|replies|replied|whispers?|shouts?|nods?|smiles?|grins?|laughs?|frowns?|sighs?|shrugs?|looks?|watches|glances|stares|hands|gives|takes|steps|walks|turns|leans';
const HOLDS = 'has|have|holds?|is holding|are holding|carries|carry|clutches|clutch|wields?|keeps?|owns?|takes?|grabs?|grips?|pockets?|picks? up|pick up';
const IS_AT = "(?:is|are|stands?|sits?|waits?|stay|stays|remains?|arrives?|enters?|comes?|goes?|go|walks?|walk|steps?|steps) (?:now |still |back |quietly |alone )?(?:in|at|inside|into|to|on)?";
const NUMBERS: Record<string, number> = { no: 0, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, eleven: 11, twelve: 12, twenty: 20, thirty: 30, forty: 40, fifty: 50, hundred: 100 };
const COUNT = `(\\d[\\d,]*|${Object.keys(NUMBERS).join('|')})`;

/** What a telling says that the state does not bear out: names that nobody has, wrong holders, places and counts, the dead alive. */
export function checkTelling(t: Telling): TellingProblem[] {
  const cast = castOf(t);
  const never = neverIn(t.never ?? []);
  return sentencesIn(t.text).flatMap((sentence, i) => {
    const plain = withoutSpeech(sentence);
    return [
      ...unknownNames(cast, plain).map((detail) => ({ kind: 'name' as const, sentence: i, detail })),
      ...wrongHolders(t, cast, plain).map((detail) => ({ kind: 'holder' as const, sentence: i, detail })),
      ...wrongPlaces(t, cast, plain).map((p) => ({ ...p, sentence: i })),
      ...wrongCounts(cast, plain).map((detail) => ({ kind: 'count' as const, sentence: i, detail })),
      ...[...new Set(never ? sentence.match(never) : [])].map((detail) => ({ kind: 'content' as const, sentence: i, detail })),
    ];
  });
}

/** Sentences of a telling, with the marks that end them. */
export function sentencesIn(text: string): string[] {
  return (text.match(/[^.!?]+(?:[.!?]+["”’]?|$)\s*/gu) ?? []).filter((s) => s.trim().length > 0);
}

/** Words or phrases, whole and in any case; null where there are none. */
export function neverIn(never: readonly string[]): RegExp | null {
  const patterns = never.map((n) => n.trim().split(/\s+/).map(escaped).join('\\s+')).filter(Boolean);
  return patterns.length ? new RegExp(`(?<![\\p{L}])(?:${patterns.join('|')})(?![\\p{L}])`, 'giu') : null;
}

/** What people say need not be so. */
const withoutSpeech = (sentence: string): string => sentence.replace(/["“][^"“”]*["”]?/gu, ' " ').trim();

type Named = { entity: Entity; pattern: string };
type Cast = { people: Named[]; items: Named[]; places: Named[]; tokens: Set<string>; you: Entity };

function castOf(t: Telling): Cast {
  const all = [...t.state].filter((e) => e.name);
  const of = (type: string): Named[] => all.filter((e) => e.type === type && !e.gone).map((entity) => ({ entity, pattern: patternOf(entity.name) })).filter((n) => n.pattern).sort((a, b) => b.pattern.length - a.pattern.length);
  const tokens = new Set(all.flatMap((e) => words(`${e.name} ${typeof e.attrs['text'] === 'string' ? e.attrs['text'] : ''}`)));
  for (const word of words(t.said)) tokens.add(word);
  return { people: of('character'), items: of('item'), places: of('location'), tokens, you: t.state.get(t.actorId)! };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
function patternOf(name: string): string {
  return words(name).map(escaped).join('[\\s-]+');
}

/** Capitalised words in the middle of a sentence that are no words of the calendar or of address: names, mostly. */
export function namesIn(sentence: string): string[] {
  const found: string[] = [];
  for (const m of sentence.matchAll(/\p{Lu}[\p{L}'’-]*/gu)) {
    const word = m[0].replace(/['’]s$/u, '');
    const starts = /^[\s"“‘'—-]*$/u.test(sentence.slice(0, m.index)) || /["“:—]\s*$/u.test(sentence.slice(0, m.index));
    if (!starts && !NO_NAMES.has(word) && word.length > 1) found.push(word);
  }
  return found;
}

function unknownNames(cast: Cast, sentence: string): string[] {
  const found = namesIn(sentence).filter((word) => !words(word).every((w) => cast.tokens.has(w)));
  // At a sentence's start every word has a capital; a name does something there.
  const first = /^[\s"“]*(\p{Lu}\p{Ll}+)(?:['’]s)? (?:says|said|nods|smiles|laughs|grins|whispers|shouts|hands|gives|draws|attacks)\b/u.exec(sentence);
  if (first && !/^(?:He|She|It|They|You|Who|Someone|Somebody|Nobody|Everyone|One|Everybody)$/u.test(first[1]!) && !words(first[1]!).every((w) => cast.tokens.has(w))) found.push(first[1]!);
  return found;
}

/** Who the grammar says it is: a name, or `you` for the player's own. */
function subjects(cast: Cast): Named[] {
  return [...cast.people, { entity: cast.you, pattern: 'you' }];
}

const mentions = (sentence: string, pattern: string): boolean => new RegExp(`(?<![\\p{L}])${pattern}(?![\\p{L}])`, 'iu').test(sentence);

function wrongHolders(t: Telling, cast: Cast, sentence: string): string[] {
  const negated = /\b(?:not|n't|never|no longer|without|cannot|tries|try|tried|would|could|wants?|reach(?:es)?|if)\b/iu.test(sentence);
  if (negated) return [];
  return cast.items.filter((i) => mentions(sentence, i.pattern)).flatMap((item) => {
    const holders = new Set(holdersOf(t.state, item.entity).holders.map((e) => e.id));
    const thing = `(?:the|a|an|his|her|their|your|my|its)?\\s*(?:[\\p{Ll}-]+\\s)?${item.pattern}(?![\\p{L}])`;
    const holds = subjects(cast).filter((who) => new RegExp(`(?<![\\p{L}])${who.pattern} (?:now |still |already )?(?:${HOLDS}) ${thing}`, 'iu').test(sentence));
    const given = subjects(cast).filter((who) => new RegExp(`(?:gives?|hands?|passes|pass|offers) ${thing}(?: over)? to (?:the )?${who.pattern}(?![\\p{L}])`, 'iu').test(sentence));
    // A name that two share is right if one of them has it.
    const named = [...holds, ...given];
    return named.length && !named.some((who) => holders.has(who.entity.id)) ? [`${item.entity.name}: not with ${named[0]!.entity.name}`] : [];
  });
}

function wrongPlaces(t: Telling, cast: Cast, sentence: string): Omit<TellingProblem, 'sentence'>[] {
  const here = placeOf(t.state, cast.you);
  return subjects(cast).filter((who) => mentions(sentence, who.pattern)).flatMap((who): Omit<TellingProblem, 'sentence'>[] => {
    const twins = subjects(cast).filter((o) => o.pattern === who.pattern);
    const acts = new RegExp(`(?<![\\p{L}])${who.pattern} (?:\\p{Ll}+ly )?(?:${SPEAKS})(?![\\p{L}])`, 'iu').test(sentence);
    if (acts && twins.every((o) => isDead(o.entity))) return [{ kind: 'death', detail: `${who.entity.name} is dead` }];
    if (acts && twins.every((o) => placeOf(t.state, o.entity).id !== here.id)) return [{ kind: 'place', detail: `${who.entity.name} is not here` }];
    const claimed = cast.places.find((p) => new RegExp(`(?<![\\p{L}])${who.pattern} ${IS_AT} (?:the )?${p.pattern}(?![\\p{L}])`, 'iu').test(sentence));
    const there = claimed && cast.places.filter((p) => p.pattern === claimed.pattern);
    if (there && !/\b(?:not|n't|cannot|tries|tried|would|could|wants?|if)\b/iu.test(sentence) && !twins.some((o) => there.some((p) => placeOf(t.state, o.entity).id === p.entity.id))) return [{ kind: 'place', detail: `${who.entity.name} is not in ${claimed.entity.name}` }];
    return [];
  });
}

function wrongCounts(cast: Cast, sentence: string): string[] {
  const found: string[] = [];
  for (const who of subjects(cast)) {
    const m = new RegExp(`(?<![\\p{L}])${who.pattern} (?:now |still |only )?(?:has|have) (?:only |now |exactly )?${COUNT} (?:gold|coins?|gold (?:pieces|coins))`, 'iu').exec(sentence);
    if (m && numberOf(m[1]!) !== amountOf(who.entity, 'gold')) found.push(`${who.entity.name} has ${amountOf(who.entity, 'gold')} gold`);
  }
  for (const { entity, pattern } of cast.items) {
    if (typeof entity.attrs['count'] !== 'number') continue;
    const m = new RegExp(`there (?:is|are) (?:only |now |exactly )?${COUNT} ${pattern}`, 'iu').exec(sentence);
    if (m && numberOf(m[1]!) !== entity.attrs['count']) found.push(`${entity.name}: ${entity.attrs['count']}`);
  }
  return found;
}

const numberOf = (text: string): number => NUMBERS[text.toLowerCase()] ?? Number(text.replaceAll(',', ''));
