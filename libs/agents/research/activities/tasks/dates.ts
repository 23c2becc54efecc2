/** A date as exact as it was written: `2021`, `2021-05` or `2021-05-03`. */
export type ReadDate = { iso: string; precision: 'year' | 'month' | 'day' };

const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const NAME = `(${MONTHS.join('|')}|${MONTHS.map((m) => m.slice(0, 3)).join('|')}|sept)\\.?`;
const YEAR = '((?:1[0-9]|20)\\d\\d)';

/** Reads a date in English or in numbers, the year first; null where there is none. */
export function readDate(written: string): ReadDate | null {
  const said = written.toLowerCase();
  const iso = new RegExp(`\\b${YEAR}-(\\d{1,2})(?:-(\\d{1,2}))?\\b`).exec(said);
  if (iso) return dateOf(iso[1]!, Number(iso[2]), iso[3] === undefined ? null : Number(iso[3]));
  const dayFirst = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? ${NAME},? ${YEAR}\\b`).exec(said);
  if (dayFirst) return dateOf(dayFirst[3]!, monthOf(dayFirst[2]!), Number(dayFirst[1]));
  const monthFirst = new RegExp(`\\b${NAME} (?:(\\d{1,2})(?:st|nd|rd|th)?,? )?(?:of )?${YEAR}\\b`).exec(said);
  if (monthFirst) return dateOf(monthFirst[3]!, monthOf(monthFirst[1]!), monthFirst[2] === undefined ? null : Number(monthFirst[2]));
  const year = new RegExp(`\\b${YEAR}\\b`).exec(said);
  return year ? { iso: year[1]!, precision: 'year' } : null;
}

/** Whether a text has all parts of the date that it claims: its year, and the month and day where it names them. */
export function dateIn(date: ReadDate, quoted: string): boolean {
  const [year, month, day] = date.iso.split('-');
  const said = quoted.toLowerCase();
  if (!new RegExp(`(?<!\\d)${year}(?!\\d)`).test(said)) return false;
  if (month === undefined) return true;
  const name = MONTHS[Number(month) - 1]!;
  if (!new RegExp(`\\b${name.slice(0, 3)}(?:${name.slice(3)}${name === 'september' ? '|t' : ''})?\\b|(?<!\\d)0?${Number(month)}(?!\\d)`).test(said)) return false;
  return day === undefined || new RegExp(`(?<!\\d)0?${Number(day)}(?!\\d)`).test(said);
}

const monthOf = (name: string): number => MONTHS.findIndex((m) => m.startsWith(name.slice(0, 3))) + 1;

function dateOf(year: string, month: number, day: number | null): ReadDate | null {
  if (month < 1 || month > 12 || (day !== null && (day < 1 || day > 31))) return { iso: year, precision: 'year' };
  const two = (n: number): string => String(n).padStart(2, '0');
  return day === null ? { iso: `${year}-${two(month)}`, precision: 'month' } : { iso: `${year}-${two(month)}-${two(day)}`, precision: 'day' };
}
