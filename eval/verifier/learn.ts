import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Check, FOREST_NAMES, printForest, printWording } from '#clinical';
import { PROJECT_ROOT } from '#platform';
import { parseMeasureOptions } from '../../bench/options.js';
import { crossFit } from './cross-fit.js';
import { printHabits } from './learn-stems.js';
import { isForLearning, readGoldNotes } from './notes.js';
import { KINDS } from './perturb.js';
import { CHECK_OF, doubtOf, isMarked, type Scored, scoreWith, thresholdAt } from './scored.js';

/** Writes what the checks of notes have learnt, and their thresholds. node --import ./test/setup/source-loader.mjs eval/verifier/learn.ts --data DIR */
const CLINICAL = join(PROJECT_ROOT, 'libs/clinical/src');
/** The share of untouched sentences that all checks together may mark, a little below what is allowed. */
const FALSE_ALARMS = 0.046;
/** Shares of untouched sentences that a single check may mark. */
const STEPS = Array.from({ length: 34 }, (_, i) => 0.001 * (i + 1));
/** Of sentences that have what a check looks at, the share that it may mark. */
const MOST_OF_SUCH = 0.12;
/** A drug is named or it is not: nothing is learnt of that. */
const NAMED = 0.5;
/** A wrong dose or drug harms more than an odd phrase. */
const HARM: Record<Check, number> = { dose: 2.5, drug: 2, number: 2.5, side: 1.5, negation: 1, support: 1 };

const tell = (line: string): void => console.error(line);
const notes = readGoldNotes(parseMeasureOptions('eval/verifier/learn.ts', []).data).filter(isForLearning);
const fit = crossFit(notes, tell);
const { all } = fit;
await writeFile(join(CLINICAL, 'lexicon/habits.tsv'), printHabits(all.habits));
await writeFile(join(CLINICAL, 'lexicon/wording.tsv'), printWording(all.wording));
await writeFile(join(CLINICAL, 'lexicon/forests.txt'), `${FOREST_NAMES.map((name) => printForest(all.forests[name])).join('\n')}\n`);

const scored = scoreWith(notes, notes, fit);
const thresholds = chooseThresholds(scored);
for (const kind of KINDS) {
  const [changed, values] = [scored.filter((c) => c.kind === kind), scored.filter((c) => c.kind === 'untouched').map((c) => doubtOf(c, CHECK_OF[kind]))];
  const at = thresholdAt(values, 0.05);
  tell(`${kind}: ${changed.length}, at 5 % of its check ${(changed.filter((c) => doubtOf(c, CHECK_OF[kind]) > at).length / changed.length).toFixed(3)}, of all ${(changed.filter((c) => isMarked(c, thresholds)).length / changed.length).toFixed(3)}`);
}
const said = Object.entries(thresholds).map(([check, value]) => `${check}: ${value.toFixed(3)}`).join(', ');
tell(said);
await writeFile(join(CLINICAL, 'thresholds.ts'), `import type { NoteCheck } from '#contracts';

/** A check's doubt above this marks a sentence. Chosen by eval/verifier/learn.ts so that fewer than one untouched sentence in twenty is marked by all together (docs/decisions/0100). */
export const THRESHOLDS: Record<NoteCheck, number> = { ${said} };
`);

/** Goes up from the strictest, one check a time, to whichever finds most for each sentence that it marks wrongly. */
function chooseThresholds(scored: Scored[]): Record<Check, number> {
  const untouched = scored.filter((c) => c.kind === 'untouched');
  const checks = Object.values(CHECK_OF);
  // Few sentences have a dose or a side: of these, too, most must be left alone.
  const least = (check: Check): number => thresholdAt(untouched.map((c) => c.scores[check]).filter((score) => score > 0), MOST_OF_SUCH);
  const at = (check: Check, step: number): number => Math.max(least(check), thresholdAt(untouched.map((c) => c.scores[check]), STEPS[step]!));
  const values = Object.fromEntries(checks.map((check) => [check, check === 'drug' ? [NAMED] : STEPS.map((_, step) => at(check, step))])) as Record<Check, number[]>;
  const steps = Object.fromEntries(checks.map((check) => [check, 0])) as Record<Check, number>;
  const thresholdsOf = (of: Record<Check, number>): Record<Check, number> => Object.fromEntries(checks.map((check) => [check, values[check][of[check]]!])) as Record<Check, number>;
  const found = (of: Record<Check, number>): number => KINDS.reduce((sum, kind) => {
    const changed = scored.filter((c) => c.kind === kind);
    return sum + (HARM[CHECK_OF[kind]] * changed.filter((c) => isMarked(c, thresholdsOf(of))).length) / Math.max(1, changed.length);
  }, 0);
  const alarms = (of: Record<Check, number>): number => untouched.filter((c) => isMarked(c, thresholdsOf(of))).length / untouched.length;
  for (;;) {
    const [so, marked] = [found(steps), alarms(steps)];
    const better = checks.filter((check) => steps[check] + 1 < values[check].length).map((check) => {
      const next = { ...steps, [check]: steps[check] + 1 };
      const more = alarms(next);
      return { next, more, worth: (found(next) - so) / Math.max(1e-6, more - marked) };
    }).filter(({ more }) => more <= FALSE_ALARMS).sort((a, b) => b.worth - a.worth)[0];
    if (!better) return thresholdsOf(steps);
    Object.assign(steps, better.next);
  }
}
