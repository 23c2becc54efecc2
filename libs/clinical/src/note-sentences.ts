export type NoteSentence = { text: string; start: number; end: number; /** A heading or a label: it states nothing by itself. */ heading: boolean };

const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|vs|etc|approx|no|dr|prof|mr|mrs|ms|st|y\.o|b\.i\.d|t\.i\.d|q|p\.o|pt|hx|[A-Z])\.$/i;

/** The sentences of a note in order with their offsets. A line ends a sentence unless the next one goes on in small letters. */
export function noteSentences(note: string): NoteSentence[] {
  const found: NoteSentence[] = [];
  for (const line of note.matchAll(/[^\n]+(?:\n(?=[ \t]*\p{Ll}{2,})[^\n]+)*/gu)) {
    let start = 0;
    for (const end of endsIn(line[0])) {
      const raw = line[0].slice(start, end);
      const text = raw.replace(/^[\s•*–-]+/u, '').trimEnd();
      if (/[\p{L}\d]/u.test(text)) {
        const at = line.index + start + raw.indexOf(text);
        found.push({ text, start: at, end: at + text.length, heading: isHeading(text) });
      }
      start = end;
    }
  }
  return found;
}

function endsIn(line: string): number[] {
  const ends: number[] = [];
  let start = 0;
  for (const match of line.matchAll(/[.!?]["”')\]]*(?=\s+[\p{Lu}\d•("“-])/gu)) {
    const end = match.index + match[0].length;
    const so = line.slice(start, end);
    if (ABBREVIATION.test(so) || /^\s*\d{1,2}\.$/.test(so)) continue;
    ends.push(end);
    start = end;
  }
  return [...ends, line.length];
}

const isHeading = (text: string): boolean => (/^[^\p{Ll}]+$/u.test(text) && !/\d/.test(text) && text.length > 3 && !/\.$/.test(text)) || /:$/.test(text);
