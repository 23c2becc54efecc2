import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#platform';
import { align, negationFeatures, scoreOf, supportFeatures } from '#clinical';
import { parseMeasureOptions } from '../../bench/options.js';
import { type Case, casesOf } from './cases.js';
import { habitsOf, writeHabits } from './learn-stems.js';
import { fitLine, type Line } from './logistic.js';
import { isForLearning, readGoldNotes } from './notes.js';

/** Writes what the check of notes has learnt: run it twice, as the lines read the habits. node --import ./test/setup/source-loader.mjs eval/verifier/learn.ts --data DIR */
const LEXICON = join(PROJECT_ROOT, 'libs/clinical/src/lexicon');
const notes = readGoldNotes(parseMeasureOptions('eval/verifier/learn.ts', []).data).filter(isForLearning);
await writeHabits(habitsOf(notes), join(LEXICON, 'habits.tsv'));

const cases = casesOf(notes);
const lines = { negation: fit('negation', negationOf), support: fit('added', supportOf) };
const said = Object.entries(lines).map(([name, { bias, weights }]) => `  ${name}: { bias: ${bias.toFixed(4)}, weights: [${weights.map((w) => w.toFixed(4)).join(', ')}] },`);
const WHY = '/** Fitted by eval/verifier/learn.ts to changed and untouched sentences of the training notes; the order is that of features.ts. */';
await writeFile(join(LEXICON, 'lines.ts'), `${WHY}\nexport const LINES = {\n${said.join('\n')}\n};\n`);

function fit(kind: Case['kind'], featuresOf: (c: Case) => number[]): Line {
  return fitLine(cases.filter((c) => c.kind === kind || c.kind === 'untouched').map((c) => ({ features: featuresOf(c), positive: c.kind === kind })));
}

function negationOf({ sentence, index }: Case): number[] {
  return negationFeatures(sentence, align(sentence, index), index);
}

function supportOf({ sentence, index }: Case): number[] {
  return supportFeatures(align(sentence, index), { number: Math.max(scoreOf(sentence, 'number'), scoreOf(sentence, 'dose')), drug: scoreOf(sentence, 'drug'), side: scoreOf(sentence, 'side') });
}
