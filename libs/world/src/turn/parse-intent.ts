import type { Intent } from '#contracts';

const DIRECTIONS = ['north', 'south', 'east', 'west', 'up', 'down', 'northeast', 'northwest', 'southeast', 'southwest', 'in', 'out'];
const SHORT: Record<string, string> = { n: 'north', s: 'south', e: 'east', w: 'west', u: 'up', d: 'down' };
const QUOTED = /["“”](.+?)["“”]/s;

type Form = [pattern: RegExp, intent: (m: RegExpExecArray) => Intent];
const FORMS: Form[] = [
  [/^(?:look|l|look around|where am i)$/, () => ({ verb: 'look' })],
  [/^(?:look at|examine|inspect|x) (.+)$/, (m) => ({ verb: 'look', target: m[1]! })],
  [/^(?:go|walk|head|run|travel|climb|enter|leave(?: for)?)(?: (?:to|into|through|towards?))?(?: the)? (.+)$/, (m) => ({ verb: 'go', target: m[1]! })],
  [/^(?:take|get|grab|pick up)(?: the)? (.+?) (?:from|out of|off)(?: the)? (.+)$/, (m) => ({ verb: 'take', item: m[1]!, target: m[2]! })],
  [/^(?:take|get|grab|pick up)(?: the)? (.+)$/, (m) => ({ verb: 'take', item: m[1]! })],
  [/^(?:drop|put down|leave)(?: the)? (.+)$/, (m) => ({ verb: 'drop', item: m[1]! })],
  [/^(?:pay|give)(?: to)? (.+?) (\d+) (?:gold|coins?|gold pieces)$/, (m) => ({ verb: 'pay', target: m[1]!, amount: Number(m[2]) })],
  [/^(?:pay|give) (\d+) (?:gold|coins?|gold pieces) to (.+)$/, (m) => ({ verb: 'pay', target: m[2]!, amount: Number(m[1]) })],
  [/^(?:give|hand|offer)(?: the)? (.+?) to (.+)$/, (m) => ({ verb: 'give', item: m[1]!, target: m[2]! })],
  [/^(?:put|place|insert)(?: the)? (.+?) (?:in|into|on|onto|inside)(?: the)? (.+)$/, (m) => ({ verb: 'put', item: m[1]!, target: m[2]! })],
  [/^(?:steal|pickpocket)(?: the)? (.+?) from (.+)$/, (m) => ({ verb: 'steal', item: m[1]!, target: m[2]! })],
  [/^unlock(?: the)? (.+?) with(?: the)? (.+)$/, (m) => ({ verb: 'unlock', target: m[1]!, item: m[2]! })],
  [/^(unlock|open)(?: the)? (.+)$/, (m) => ({ verb: m[1] as 'open', target: m[2]! })],
  [/^ask (.+?) about (.+)$/, (m) => ({ verb: 'ask', target: m[1]!, item: m[2]! })],
  [/^tell (.+?) (?:about|that) (.+)$/, (m) => ({ verb: 'tell', target: m[1]!, item: m[2]! })],
  [/^(?:persuade|convince|order|command|beg) (.+?) (?:to|that) (.+)$/, (m) => ({ verb: 'persuade', target: m[1]!, text: m[2]! })],
  [/^(?:attack|hit|strike|fight|kill|stab|shoot)(?: the)? (.+?)(?: with(?: the)? (.+))?$/, (m) => ({ verb: 'attack', target: m[1]!, ...(m[2] ? { item: m[2] } : {}) })],
  [/^(?:search|look) for(?: the)? (.+)$/, (m) => ({ verb: 'search', item: m[1]! })],
  [/^(?:find|discover)(?: the)? (.+)$/, (m) => ({ verb: 'search', item: m[1]! })],
  [/^search(?: the)?(?: (.+))?$/, (m) => ({ verb: 'search', ...(m[1] ? { target: m[1] } : {}) })],
  [/^use(?: the)? (.+?)(?: on(?: the)? (.+))?$/, (m) => ({ verb: 'use', item: m[1]!, ...(m[2] ? { target: m[2] } : {}) })],
  [/^(?:wait|rest|sleep|pass)\b.*$/, () => ({ verb: 'wait' })],
  // A wish about what others do or what there is: an attempt at most.
  [/^(?:the )?(.+?) (?:obeys?|follows?|serves?|loves?|trusts?|surrenders? to|kneels? before) me$/, (m) => ({ verb: 'persuade', target: m[1]!, text: 'do as they are told' })],
];

/** Whose feelings a player asks the reason of; null where they ask no such thing. */
export function whyAsked(said: string): string | null {
  return /^why (?:does|do|did|is|are|won't|will) (?:the )?(.+?) (?:not |so )?(?:(?:dis|mis)?trusts?|likes?|dislikes?|hates?|fears?|angry|upset|cold|kind|friendly|hostile|suspicious|loves?|help|talk|speak)(?:\s+(?:to|with|towards?|of|at))?\s*(?:me|us)?\s*\?*$/iu.exec(said.trim())?.[1] ?? null;
}

/**
 * What a player's words mean where they are plain enough; null where a model must say. Speech is speech: whatever
 * stands between quotation marks is said and not done.
 */
export function parseIntent(said: string): Intent | null {
  const text = said.trim();
  const asked = whyAsked(text);
  if (asked) return { verb: 'look', target: asked };
  const speech = QUOTED.exec(text);
  if (speech) {
    const around = text.replace(QUOTED, ' ');
    const to = /\b(?:to|tell|ask)\s+(?:the\s+)?([\p{L}' ]+?)\s*[,.:!]?\s*$/iu.exec(around)?.[1];
    return { verb: 'say', text: speech[1]!.trim(), ...(to ? { target: to.trim() } : {}) };
  }
  const line = text.toLowerCase().replace(/[.!]+$/, '').replace(/^(?:i|we)(?:'ll| will| want to| try to| would like to)? /, '').replace(/^then /, '').trim();
  const direction = SHORT[line] ?? line;
  if (DIRECTIONS.includes(direction)) return { verb: 'go', target: direction };
  const spoken = /^(?:say|shout|whisper|reply|answer)(?: to (\S+))?[,:]? (.+)$/.exec(line);
  if (spoken) return { verb: 'say', text: spoken[2]!, ...(spoken[1] ? { target: spoken[1] } : {}) };
  for (const [pattern, intent] of FORMS) {
    const match = pattern.exec(line);
    if (match) return intent(match);
  }
  return null;
}
