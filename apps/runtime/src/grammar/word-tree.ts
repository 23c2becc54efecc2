import { literal } from './rules.js';

/**
 * GBNF of one of `words` (distinct), with shared beginnings written once. A plain list of alternatives keeps one parse
 * stack a word alive: 500 ids cost 240 ms a token that way.
 */
export function wordTree(words: readonly string[]): string {
  const goOn = words.filter((word) => word.length > 0);
  const groups = new Map<string, string[]>();
  for (const word of goOn) {
    const start = String.fromCodePoint(word.codePointAt(0)!);
    groups.set(start, [...(groups.get(start) ?? []), word]);
  }
  const branches = [...groups.values()].map(branch).join(' | ');
  const oneEndsHere = goOn.length < words.length;
  return oneEndsHere ? `(${branches})?` : branches;
}

/** Words that start with the same character: what they share, then what they don't. */
function branch(words: readonly string[]): string {
  const [first = ''] = words;
  if (words.length === 1) return literal(first);
  let shared = first.length;
  for (const word of words) {
    let same = 0;
    while (same < shared && word[same] === first[same]) same += 1;
    shared = same;
  }
  // Not in the middle of a surrogate pair.
  if (/[\ud800-\udbff]/.test(first[shared - 1]!)) shared -= 1;
  return `${literal(first.slice(0, shared))} (${wordTree(words.map((word) => word.slice(shared)))})`;
}
