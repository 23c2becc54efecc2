/** Whom a piece of the source is about, as far as it says so. Parts are folded: small letters, digits alone in numbers. */
export type Identity = { name: string | null; born: string | null; number: string | null };

const NAME = /(?:^|\n)[ \t]*(?:patient(?:'s)?(?: name)?|name(?: of patient)?|re)[ \t]*:[ \t]*((?:(?:mr|mrs|ms|miss|dr)\.?[ \t]+)?\p{Lu}[\p{L}'’-]+(?:,?[ \t]+\p{Lu}[\p{L}'’.-]*){1,3})/iu;
const BORN = /\b(?:d\.?o\.?b\.?|date of birth|born(?: on)?)[ \t]*:?[ \t]*(\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2} \p{L}{3,9} \d{4})/iu;
const NUMBER = /\b(?:mrn|medical record (?:number|no\.?)|nhs (?:number|no\.?)|hospital (?:number|no\.?)|patient id)[ \t]*[:#]?[ \t]*([A-Z]{0,3}[\d][\d -]{3,14}\d)/iu;

/** What a text says of its patient; null where it says nothing. */
export function identityOf(text: string): Identity | null {
  const name = NAME.exec(text)?.[1];
  const born = BORN.exec(text)?.[1];
  const number = NUMBER.exec(text)?.[1];
  if (!name && !born && !number) return null;
  return { name: name ? foldedName(name) : null, born: born ?? null, number: number?.replace(/\D/g, '') ?? null };
}

const TITLE = /^(?:mr|mrs|ms|miss|dr)\.?$/;

/** Words of a name in small letters and in the order of the alphabet: surnames come first in some notes. */
export function foldedName(name: string): string {
  const words = name.toLowerCase().replace(/[’']/g, '').split(/[\s,]+/).filter((w) => w !== '' && !TITLE.test(w) && !/^\p{L}\.?$/u.test(w));
  return words.sort().join(' ');
}

/** Two identities are two patients where a number, or name or date of birth, differ; a first name more or less is none. */
export function differ(a: Identity, b: Identity): boolean {
  if (a.number && b.number) return a.number !== b.number;
  if (a.born && b.born && daysOf(a.born) !== daysOf(b.born)) return true;
  if (!a.name || !b.name) return false;
  const [few, many] = [a.name.split(' '), b.name.split(' ')].sort((x, y) => x.length - y.length) as [string[], string[]];
  return !few.every((w) => many.includes(w));
}

const daysOf = (date: string): string => (date.match(/[\p{L}\d]+/gu) ?? []).map((p) => p.toLowerCase().replace(/^0+/, '')).sort().join(' ');

export const labelOf = ({ name, born, number }: Identity): string => [name ?? 'no name', ...(born ? [`born ${born}`] : []), ...(number ? [`number ${number}`] : [])].join(', ');
export const samePatient = (identity: Identity, label: string): boolean => labelOf(identity) === label || !differ(identity, parsed(label));

function parsed(label: string): Identity {
  const [name, ...rest] = label.split(', ');
  const of = (word: string): string | null => rest.find((r) => r.startsWith(`${word} `))?.slice(word.length + 1) ?? null;
  return { name: name === 'no name' ? null : name!, born: of('born'), number: of('number') };
}

/** The patients of a source, one label each. */
export function patientsIn(identities: (Identity | null)[]): string[] {
  const different: Identity[] = [];
  for (const identity of identities) {
    if (identity && !different.some((d) => !differ(d, identity))) different.push(identity);
  }
  return different.map(labelOf);
}
