export type Hunk = { old: string; new: string };
export type EditResult = { ok: true; text: string; loose: boolean } | { ok: false; reason: string };

/** Applies all hunks in order, or none. Each old text must stand in exactly one place. */
export function applyHunks(text: string, hunks: Hunk[]): EditResult {
  let now = text;
  let loose = false;
  for (const [i, hunk] of hunks.entries()) {
    const named = hunks.length > 1 ? `Hunk ${i + 1}: ` : '';
    const result = applyHunk(now, hunk);
    if (!result.ok) return { ok: false, reason: `${named}${result.reason}${hunks.length > 1 ? ' No hunk was applied.' : ''}` };
    now = result.text;
    loose ||= result.loose;
  }
  return now === text ? { ok: false, reason: 'Old and new text are the same.' } : { ok: true, text: now, loose };
}

function applyHunk(text: string, hunk: Hunk): EditResult {
  const old = hunk.old.replaceAll('\r\n', '\n');
  const replacement = hunk.new.replaceAll('\r\n', '\n');
  if (old.trim() === '') return { ok: false, reason: 'The old text is empty. To make a file, use write.' };
  const places = occurrences(text, old);
  if (places.length === 1) return { ok: true, loose: false, text: text.slice(0, places[0]) + replacement + text.slice(places[0]! + old.length) };
  if (places.length > 1) return { ok: false, reason: `The old text stands in ${places.length} places (lines ${places.map((p) => lineOf(text, p)).slice(0, 5).join(', ')}). Take more lines around it.` };
  return applyLoosely(text, old, replacement);
}

/** White space is a model's commonest mistake: lines are compared without it, and the new ones are moved as the old were. */
function applyLoosely(text: string, old: string, replacement: string): EditResult {
  const lines = text.split('\n');
  const wanted = trimEnds(old.split('\n'));
  const found = Array.from({ length: Math.max(0, lines.length - wanted.length + 1) }, (_, i) => i).filter((i) => wanted.every((line, n) => lines[i + n]!.trim() === line.trim()));
  if (found.length > 1) return { ok: false, reason: `The old text stands in ${found.length} places but for white space (lines ${found.map((i) => i + 1).slice(0, 5).join(', ')}). Copy it exactly, with more lines around it.` };
  if (found.length === 0) return { ok: false, reason: `The old text is not in the file.${nearest(lines, wanted)}` };
  const at = found[0]!;
  const anchor = wanted.findIndex((line) => line.trim() !== '');
  const is = indentOf(lines[at + anchor]!);
  const was = indentOf(wanted[anchor]!);
  const moved = trimEnds(replacement.split('\n')).map((line) => (line.trim() === '' ? line : line.startsWith(was) ? is + line.slice(was.length) : line));
  return { ok: true, loose: true, text: [...lines.slice(0, at), ...moved, ...lines.slice(at + wanted.length)].join('\n') };
}

function occurrences(text: string, part: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) places.push(at);
  return places;
}

const indentOf = (line: string): string => /^[ \t]*/.exec(line)![0];
const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;

function trimEnds(lines: string[]): string[] {
  const from = lines.findIndex((l) => l.trim() !== '');
  const to = lines.findLastIndex((l) => l.trim() !== '');
  return from < 0 ? [] : lines.slice(from, to + 1);
}

/** Where the first line that says something stands, which is often enough to see what is wrong. */
function nearest(lines: string[], wanted: string[]): string {
  const longest = wanted.map((l) => l.trim()).sort((a, b) => b.length - a.length)[0]!;
  const at = lines.findIndex((l) => l.trim() === longest);
  return at < 0 ? ' Read the file again.' : ` Line ${at + 1} is like one of its lines: read around it and copy exactly.`;
}

const BLOCK = /^<{5,9} ?SEARCH\n([\s\S]*?)\n?={5,9}\n([\s\S]*?)\n?>{5,9} ?REPLACE$/gm;

/** Several hunks in one text: `<<<<<<< SEARCH`, old, `=======`, new, `>>>>>>> REPLACE`. Null where it is not of that form. */
export function parseBlocks(blocks: string): Hunk[] | null {
  const hunks = [...blocks.replaceAll('\r\n', '\n').matchAll(BLOCK)].map((m) => ({ old: m[1]!, new: m[2]! }));
  return hunks.length ? hunks : null;
}
