export type Utterance = { start: number; end: number; /** Whose turn it is; null in a text that is no conversation. */ speaker: string | null; question: boolean; /** What the next speaker answered to it, where that is plain. */ answer: 'yes' | 'no' | null };

/** Who speaks, before a turn of a conversation. */
export const SPEAKER = /^\s*(?:\[([\p{L}][\p{L}\d_ ]{0,23})\]|([\p{L}][\p{L}\d_ ]{0,24}):(?!\d))\s*/u;
const SENTENCE_END = /[.?!](?=\s|$)|\n/g;
const FILLERS = String.raw`(?:(?:um|uh|oh|ohh|ah|okay|ok|well|so|and|hm+|mm|doctor|but|actually|honestly|like)\b[\s,.-]*)*`;
const NO = new RegExp(String.raw`^${FILLERS}(?:(?:i'm|mhm|yeah|really)\b[\s,.-]*)*(?:no(?!,? (?:problem|worries|doubt))|nope|nah|not|never|none|negative|nothing|neither|nowhere|nobody|huh-uh|uh-uh|i (?:really )?(?:do|have|did|am|ca|can|was|would|could|had|wo) ?(?:n't|not)|i'm not|i(?:'ve| have) (?:never|not)|it (?:does|is|has|did|was) ?(?:n't|not)|it hasn't|he (?:doesn't|hasn't)|she (?:doesn't|hasn't)|absolutely not|denies|hasn't|haven't|don't|do n't)\b`, 'i');
const YES = new RegExp(String.raw`^${FILLERS}(?:yes|yeah|yep|yup|yea|sure|correct|right|absolutely|definitely|exactly|i do|i have|i am|i did|a little|a bit|some|uh-huh|mm-hmm|mhm|that's right|i think so|he does|she does|sometimes|occasionally)\b`, 'i');
/** How a question begins that whoever wrote it down gave no mark. */
const ASKS = /(?<![\p{L}'])(?:(?:have|has|had|do|does|did|are|is|was|were|can|could)(?:n't)? (?:you|your|he|she|it|they|there|that|this|any)|any(?:thing|one|body)?|no (?:other )?(?=[\p{L} ,]+$)|(?:what|how) about)(?![\p{L}'])/giu;
/** So much of an answer is looked at. */
const ANSWER = 80;

type Said = Utterance & { text: string };

/** The sentences of a source, each with its speaker, whether it asks, and what the answer to it was. */
export function utterancesOf(source: string): Utterance[] {
  const found: Said[] = [];
  let speaker: string | null = null;
  for (const line of source.matchAll(/[^\n]+/g)) {
    const head = SPEAKER.exec(line[0]);
    if (head) speaker = (head[1] ?? head[2]!).toLowerCase();
    let start = head ? head[0].length : 0;
    for (const end of [...[...line[0].matchAll(SENTENCE_END)].map((m) => m.index + 1), line[0].length]) {
      const text = line[0].slice(start, end).trim();
      if (text !== '') found.push({ text, start: line.index + start, end: line.index + end, speaker, question: text.endsWith('?'), answer: null });
      start = end;
    }
  }
  return found.flatMap((said, i): Utterance[] => {
    const { text: _, ...utterance } = said;
    if (said.question) return [{ ...utterance, answer: answerTo(found, i) }];
    return unmarked(found, i, source) ?? [utterance];
  });
}

function answerTo(all: readonly Said[], asked: number): 'yes' | 'no' | null {
  const { speaker } = all[asked]!;
  const from = all.findIndex((u, i) => i > asked && i < asked + 8 && (speaker === null || u.speaker !== speaker));
  if (from < 0) return null;
  // "Um. No." answers in its second sentence.
  const turn = all.slice(from, from + 3).filter((u) => u.speaker === all[from]!.speaker);
  const text = turn.map((u) => u.text).join(' ').slice(0, ANSWER);
  if (NO.test(text)) return 'no';
  return YES.test(text) ? 'yes' : null;
}

/** What ends a turn, asks without a mark and is plainly answered: what was said before, and the question. */
function unmarked(all: readonly Said[], i: number, source: string): Utterance[] | null {
  const { text: _, ...utterance } = all[i]!;
  const next = all[i + 1];
  if (utterance.speaker === null || !next || next.speaker === utterance.speaker) return null;
  const onset = [...source.slice(utterance.start, utterance.end).matchAll(ASKS)].at(-1);
  const answer = onset ? answerTo(all, i) : null;
  if (!onset || answer === null) return null;
  const at = utterance.start + onset.index;
  const question = { ...utterance, start: at, question: true, answer };
  return source.slice(utterance.start, at).trim() === '' ? [question] : [{ ...utterance, end: at }, question];
}
