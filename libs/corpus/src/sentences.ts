export type Sentence = { text: string; start: number; end: number };

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'sentence' });
/** After these a full stop ends no sentence; the segmenter does not know them. */
const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|cf|vs|et al|etc|approx|ca|no|fig|figs|tab|ref|refs|eq|dr|prof|mr|mrs|ms|st|resp|incl|p|pp|vol|ed|eds)\.$/i;

/** The sentences of a text in order, trimmed, with their character offsets in it. */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let start = 0;
  let end = 0;
  for (const { segment, index } of SEGMENTER.segment(text)) {
    end = index + segment.length;
    if (goesOn(text, start, end)) continue;
    add(sentences, text, start, end);
    start = end;
  }
  add(sentences, text, start, text.length);
  return sentences;
}

/** A line break alone, an abbreviation or a small letter after it does not end a sentence. */
function goesOn(text: string, start: number, end: number): boolean {
  const so = text.slice(start, end).trimEnd();
  const next = text[end];
  if (next === undefined || /\n\s*\n\s*$/.test(text.slice(start, end)) || text[end] === '\n') return false;
  if (ABBREVIATION.test(so)) return true;
  return /\p{Ll}/u.test(next) || !/[.!?:;…。！？]["'”’)\]]*$/u.test(so);
}

function add(sentences: Sentence[], text: string, start: number, end: number): void {
  const raw = text.slice(start, end);
  const trimmed = raw.trim();
  if (trimmed === '') return;
  const at = start + raw.indexOf(trimmed);
  sentences.push({ text: trimmed, start: at, end: at + trimmed.length });
}
