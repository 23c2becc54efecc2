import { learnt } from '../learnt.js';
import { drugsIn } from '../source-index.js';
import { conditionsIn } from '../conditions.js';
import { type Word, wordsOf } from '../words.js';

export const IDENTIFIER_KINDS = ['name', 'date', 'phone', 'address', 'id', 'email', 'web', 'age'] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];
export type Identifier = { kind: IdentifierKind; start: number; end: number };

const MONTH = '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const STREET = '(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|court|ct|place|pl|square|sq|boulevard|blvd|way|terrace|crescent|close|highway|hwy|parkway|circle|trail|alley|straße|strasse|rue|via|calle|plaza|ulica)';

/** What a word before it says it is, whatever its form. */
const LABELLED: [IdentifierKind, RegExp][] = [
  ['id', /(?<=\b(?:licen[cs]e|passport|policy|account|insurance|member|case|chart|reference|registration)(?: (?:number|no\.?|id))?(?: is|:| #)[ \t]*)[A-Z]{0,3}\d[\dA-Z-]{3,20}/giu],
  ['address', /(?<=\b(?:zip|zip ?code|post(?:al)? ?code|plz)(?: is)?[ \t]*[:#]?[ \t]*)[A-Z]{0,2}\d[A-Z\d]{1,6}(?:[ -][A-Z\d]{2,4})?\b/giu],
  ['phone', /(?<=\b(?:phone|mobile|cell|tel|telephone|fax|desk|pager|call)(?: (?:number|no\.?|at))?(?: is)?[ \t]*[:#]?\s{0,2})\+?[\d(][\d() .x-]{5,22}\d\b/giu],
];

/** What has a form of its own. Order matters: an earlier one keeps what it took. */
const FORMS: [IdentifierKind, RegExp][] = [
  ['email', /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gu],
  ['web', /\b(?:https?:\/\/|www\.)[^\s<>"')]+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|io|info|biz|co\.\p{L}{2}|de|fr|uk|nl|ru|ch|at|it|es)\b(?:\/[^\s<>"')]*)?/giu],
  ['web', /\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}\b/giu],
  ['id', /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/gu],
  ['id', /\b\d{3}-\d{2}-\d{4}\b/gu],
  ['id', /\b(?:mrn|ssn|nhs|medical record|patient id|account|policy|insurance|licen[cs]e|passport|hospital)(?:[ \t]+(?:number|no\.?|id))?[ \t]*[:#]?[ \t]*[A-Z]{0,3}[\d][\dA-Z -]{3,18}\d\b/giu],
  ['date', /\b(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?\b/gu],
  ['date', /\b\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})\b/gu],
  ['date', new RegExp(`(?<![\\p{L}\\p{N}])(?:\\d{1,2}(?:st|nd|rd|th)?(?: of)? )?${MONTH}(?: \\d{1,2}(?:st|nd|rd|th)?)?,?(?: (?:19|20)\\d\\d)?(?![\\p{L}\\p{N}])(?<!\\bmay\\b|\\bmar\\b)|\\bmay \\d{1,2}(?:st|nd|rd|th)?(?:,? (?:19|20)\\d\\d)?\\b`, 'giu')],
  ['phone', /(?<![\w.])(?:\+|00)?\(?\d{1,4}\)?(?:[ .-]?\(?\d{2,5}\)?){2,5}(?:[ ]?(?:x|ext\.?)[ ]?\d{1,5})?(?![\w%]|\.\d)/giu],
  ['id', /\b(?:\d[ -]?){12,18}\d\b/gu],
  ['address', new RegExp(`\\b\\d{1,6}[A-Za-z]?,? (?:[\\p{L}0-9.'’-]+ ){0,4}?${STREET}\\b\\.?(?: ${STREET}\\b\\.?)?(?:,? (?:apt|apartment|suite|ste|unit|#)\\.? ?\\w+)?`, 'giu')],
  ['address', /\b(?:p\.? ?o\.? box|suite|apt\.?|apartment|unit) ?#?\d+\w?\b/giu],
  ['address', /\b[A-Z]{2} \d{5}(?:-\d{4})?\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b/gu],
  ['id', /\b[A-Z]{1,3}\d{5,}[A-Z\d]*\b|\b\d{9,}\b/gu],
  ['address', /\b\d{5}(?:-\d{4})?\b/gu],
  ['date', /\b(?:19|20)\d\d\b/gu],
  ['age', /\b(?:9\d|1[01]\d)(?=[ -]years?[ -]old\b)/giu],
];

/** Words with capitals that name nobody. */
const TITLES = /^(?:mr|mrs|ms|miss|dr|doctor|prof|professor|sir|madam|nurse|sister|mx)$/i;
const DAYS = /^(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?s?$/i;
const PLAIN = new Set('i the a an and or but he she it they we you his her their my our your this that these those there here is are was were be been has have had do does did will would can could should may might must not no yes in on at of to for from by with as if when where who what which why how all any some more most other such than then so also after before since until during about over under up down out into please note patient patients history plan assessment allergies medication medications exam examination results follow family social past medical chief complaint denies reports today subject dear regards thank thanks hello hi my just let get go see call take make give find need want know think how’s it’s i’m i’ve english name names phone mobile telephone tel fax cell desk pager zip postcode email e-mail mail address dob'.split(' '));

/** Identifiers in a text: by their forms, by countries' names, and every capitalised word that is no plain, medical or chemical one. It rather takes too much. */
export function identifiersIn(text: string, also: readonly { text: string; kind: IdentifierKind }[] = []): Identifier[] {
  const taken: Identifier[] = [];
  const take = (kind: IdentifierKind, start: number, end: number): void => {
    if (end > start && !taken.some((t) => t.start < end && t.end > start)) taken.push({ kind, start, end });
  };
  for (const { text: said, kind } of also) for (const at of placesOf(said, text)) take(kind, at, at + said.length);
  for (const [kind, form] of LABELLED) for (const m of text.matchAll(form)) take(kind, m.index, m.index + m[0].length);
  for (const [kind, form] of FORMS) {
    for (const m of text.matchAll(form)) if (kind !== 'phone' || isPhone(m[0])) take(kind, m.index, m.index + m[0].length);
  }
  for (const country of countries()) for (const at of placesOf(country, text)) take('address', at, at + country.length);
  for (const { start, end } of namesIn(text)) take('name', start, end);
  for (const { start, end } of introducedIn(text)) take('name', start, end);
  for (let more = true; more; ) more = addNeighbours(text, taken, take);
  return taken.sort((a, b) => a.start - b.start);
}

const NUMBER_BEHIND = /^,?\s{1,2}(\d{1,6}[A-Za-z]?)(?![\p{L}\p{N}%/]|[.,]\d|\s?(?:mg|mcg|g|ml|units?|mm|cm|kg|lb|lbs|pounds|years?|yrs?|months?|weeks?|days?|hours?|minutes?|times|percent|tablets?|pills?|degrees)\b)/u;
const NUMBER_BEFORE = /(?<![\p{L}\p{N}.,/])(\d{1,6}),?\s{1,2}$/u;
const CAPITALS_BEHIND = /^,?\s{1,3},?\s?(\p{Lu}{2,})(?![\p{L}\p{N}])/u;

/** A house's number beside a name, and a place in capitals behind an address, belong to it. @returns whether there was one. */
function addNeighbours(text: string, taken: Identifier[], take: (kind: IdentifierKind, start: number, end: number) => void): boolean {
  const before = taken.length;
  for (const { kind, start, end } of [...taken]) {
    if (kind !== 'name' && kind !== 'address') continue;
    const behind = NUMBER_BEHIND.exec(text.slice(end, end + 12)) ?? (kind === 'address' ? CAPITALS_BEHIND.exec(text.slice(end, end + 40)) : null);
    if (behind) take('address', end + behind[0].length - behind[1]!.length, end + behind[0].length);
    const ahead = NUMBER_BEFORE.exec(text.slice(Math.max(0, start - 10), start));
    if (ahead) take('address', start - ahead[0].length, start - ahead[0].length + ahead[1]!.length);
  }
  return taken.length > before;
}

/** Values and doses have fewer digits, or stand alone. */
function isPhone(found: string): boolean {
  const digits = found.replace(/\D/g, '').length;
  return digits >= 7 && digits <= 15 && /[ .()+-]/.test(found.trim()) ;
}

let names: string[] | null = null;
/** Countries by their English names, as the platform's own Unicode tables have them. */
function countries(): string[] {
  if (names) return names;
  const display = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  names = letters.flatMap((a) => letters.flatMap((b) => display.of(a + b) ?? [])).filter((name) => name.length > 3);
  return names;
}

function placesOf(said: string, text: string): number[] {
  const found: number[] = [];
  if (said.trim().length < 2) return found;
  for (let at = text.indexOf(said); at >= 0; at = text.indexOf(said, at + said.length)) {
    if (!/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ') && !/[\p{L}\p{N}]/u.test(text[at + said.length] ?? ' ')) found.push(at);
  }
  return found;
}

/** Runs of capitalised words, initials between them included. */
function namesIn(text: string): { start: number; end: number }[] {
  const words = wordsOf(text);
  const medical = new Set([...drugsIn(words).flatMap((d) => range(d.from, d.to)), ...conditionsIn(words).flatMap((c) => range(c.from, c.to))]);
  const { habits } = learnt();
  const isName = (i: number): boolean => {
    const word = words[i]!;
    const raw = text.slice(word.start, word.end);
    if (!/^\p{Lu}/u.test(raw) || medical.has(i) || TITLES.test(raw) || DAYS.test(raw) || PLAIN.has(word.text)) return false;
    if (/^\p{Lu}{2,5}$/u.test(raw) || /\d/.test(text[word.end] ?? '')) return false;
    if (/^\p{Lu}$/u.test(raw)) return false;
    // At the start of a sentence any word has a capital: one that notes use is no name there, unless another name follows or a title stands before.
    const opens = startsSentence(text, word);
    const known = habits.has(word.stem);
    if (!opens || !known) return true;
    const next = words[i + 1];
    return Boolean(next && /^\p{Lu}\p{Ll}/u.test(text.slice(next.start, next.end)) && !habits.has(next.stem) && !PLAIN.has(next.text));
  };
  const found: { start: number; end: number }[] = [];
  for (let i = 0; i < words.length; i++) {
    if (!isName(i)) continue;
    let to = i;
    while (words[to + 1] && /^[ .,'’-]{0,2}$/.test(text.slice(words[to]!.end, words[to + 1]!.start)) && (isName(to + 1) || /^\p{Lu}$/u.test(text.slice(words[to + 1]!.start, words[to + 1]!.end)))) to++;
    found.push({ start: words[i]!.start, end: words[to]!.end });
    i = to;
  }
  return found;
}

/** Whoever is said to be called so is: names in small letters too. */
const INTRODUCED = /\b(?:(?:my|her|his|the|patient(?:'s)?|full|first|last|middle|sur|maiden) ?name(?: is|:)|^[ \t]*(?:patient |full |first |last )?name:|named|(?:mr|mrs|ms|mx|dr|prof)\.?)[ \t]+((?:\p{L}[\p{L}'’-]*\.?[ \t]?){1,3})/gimu;

function introducedIn(text: string): { start: number; end: number }[] {
  const { habits } = learnt();
  return [...text.matchAll(INTRODUCED)].flatMap((m) => {
    const from = m.index + m[0].length - m[1]!.length;
    const words = wordsOf(m[1]!);
    const many = words.findIndex((w) => PLAIN.has(w.text) || (!/^\p{Lu}/u.test(m[1]!.slice(w.start)) && habits.has(w.stem)));
    const last = words[(many < 0 ? words.length : many) - 1];
    return last ? [{ start: from + words[0]!.start, end: from + last.end }] : [];
  });
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

function startsSentence(text: string, word: Word): boolean {
  const before = text.slice(Math.max(0, word.start - 3), word.start);
  return before.trim() === '' || /[.!?:\n"“(]\s*$/u.test(before);
}
