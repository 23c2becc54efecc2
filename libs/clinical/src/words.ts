export type Word = { /** Folded: small letters, plain apostrophes. */ text: string; stem: string; start: number; end: number };

const WORD = /\d{1,3}(?:,\d{3})+(?!\d)|\d+\.\d+|\d+|[\p{L}]+(?:['’-][\p{L}]+)*|%/gu;
const STOP = new Set(
  'a an the this that these those it its he she they them his her their him i you we my your our me us patient patients is are was were be been being am do does did done doing have has had having will would can could should may might shall must and or but so if then than as at by for from in into of on onto to up with about over under out off again further there here when where who whom which what why how all any each few more most other some such only own same too very just also well now today currently reports report reported states stated notes noted denies denied deny endorses endorsed endorse describes described mentions mentioned says said tells told like okay yeah um uh oh right know think mean going gonna got get go went come really little bit kind sort lot thing things no not none nor never without negative positive mr mrs ms dr doctor gentleman lady man woman male female presents presented evaluation complains complaint chief however because since due while during after before per via until upon within between through both'.split(' '),
);

/** The words and numbers of a text with their character offsets; hyphenated words are taken apart. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(WORD)) {
    let at = match.index;
    for (const part of match[0].split(/(-)/)) {
      if (part !== '-' && part !== '') {
        const folded = part.toLowerCase().replace(/’/g, "'");
        words.push({ text: folded, stem: stemOf(folded), start: at, end: at + part.length });
      }
      at += part.length;
    }
  }
  return words;
}

/** Whether a word says something about a patient, rather than holding a sentence together. */
export const isContent = ({ text }: Word): boolean => text.length > 2 && !STOP.has(text) && !/^\d/.test(text) && !text.includes("'");

const IRREGULAR: Record<string, string> = { feet: 'foot', teeth: 'tooth', ran: 'run', fell: 'fall', felt: 'feel', took: 'take', taken: 'take', began: 'begin', broke: 'break', worse: 'wors', worsening: 'wors', worsened: 'wors', ate: 'eat', gave: 'giv', given: 'giv', slept: 'sleep', knees: 'knee', drank: 'drink', hurts: 'hurt' };

/** Cuts the endings that English adds, so that forms of a word meet; it need not be a word. */
export function stemOf(word: string): string {
  const irregular = IRREGULAR[word];
  if (irregular) return irregular;
  if (word.length < 5) return word.length === 4 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
  const cut = word.replace(/(?:'s|ations?|ically|ments?|ness|ingly|edly|ings?|ied|ies|ers?|ed|es|s|ly|al|ic|ive|ous|ity|ion|y|e)$/, '');
  const kept = cut.length >= 3 ? cut : word;
  return /([bdgmnprt])\1$/.test(kept) ? kept.slice(0, -1) : kept;
}
