export type Utterance = { start: number; end: number; /** Whose turn it is; null in a text that is no conversation. */ speaker: string | null; question: boolean; /** What the next speaker answered to it, where that is plain. */ answer: 'yes' | 'no' | null };

const SPEAKER = /^\s*(?:\[([\p{L}_ ]{2,24})\]|([\p{L}][\p{L}_ ]{1,24}):)\s*/u;
const SENTENCE_END = /[.?!](?=\s|$)|\n/g;
const NO = /^(?:(?:um|uh|oh|okay|well|so|and|hm+|mm|doctor|but|actually|honestly|i'm|mhm)\b[\s,.-]*)*(?:no|nope|nah|not|never|none|negative|nothing|neither|huh-uh|uh-uh|i (?:really )?(?:do|have|did|am|ca|can|was|would|could|had|wo) ?(?:n't|not)|i'm not|i(?:'ve| have) (?:never|not)|it (?:does|is|has|did|was) ?(?:n't|not)|it hasn't|he (?:doesn't|hasn't)|she (?:doesn't|hasn't)|absolutely not|denies|hasn't|haven't|don't|do n't)\b/i;
const YES = /^(?:(?:um|uh|oh|okay|well|so|and|hm+|doctor|but|actually|honestly)\b[\s,.-]*)*(?:yes|yeah|yep|yup|yea|sure|correct|right|absolutely|definitely|exactly|i do|i have|i am|i did|a little|a bit|some|uh-huh|mm-hmm|mhm|that's right|i think so|he does|she does|sometimes|occasionally)\b/i;

/** The sentences of a source, each with its speaker, whether it asks, and what the answer to it was. */
export function utterancesOf(source: string): Utterance[] {
  const found: (Utterance & { text: string })[] = [];
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
  return found.map(({ text: _, ...u }, i) => ({ ...u, answer: u.question ? answerTo(found, i) : null }));
}

function answerTo(all: readonly (Utterance & { text: string })[], asked: number): 'yes' | 'no' | null {
  const { speaker } = all[asked]!;
  const next = all.slice(asked + 1, asked + 8).find((u) => speaker === null || u.speaker !== speaker);
  if (!next) return null;
  if (NO.test(next.text)) return 'no';
  return YES.test(next.text) ? 'yes' : null;
}
