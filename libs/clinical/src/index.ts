export { type Check, type CheckedSentence, checkNote, CHECKS, scoreOf } from './check-note.js';
export { drugLexicon, type DrugLexicon } from './lexicon/drugs.js';
export { noteSentences } from './note-sentences.js';
export { indexSource, type SourceIndex } from './source-index.js';
export { THRESHOLDS } from './thresholds.js';
export { verifyNote } from './verify-note.js';
