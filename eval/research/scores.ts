/** What became of an item: what was chosen (null: no answer came, or none was found) beside what is right. */
export type Outcome = { gold: string; chosen: string | null };

/** Share of items in [0,1] whose choice is right; an item without one is wrong. NaN of none. */
export const accuracy = (outcomes: Outcome[]): number => outcomes.filter((o) => o.chosen === o.gold).length / outcomes.length;

/** Mean over the labels of each one's F1, as PubMedQA's evaluation has it; labels that are neither right nor chosen are left out, as scikit-learn does. */
export function macroF1(outcomes: Outcome[], labels: string[]): number {
  const present = labels.filter((l) => outcomes.some((o) => o.gold === l || o.chosen === l));
  return mean(present.map((label) => {
    const right = outcomes.filter((o) => o.gold === label && o.chosen === label).length;
    const named = outcomes.filter((o) => o.chosen === label).length;
    const gold = outcomes.filter((o) => o.gold === label).length;
    return right === 0 ? 0 : (2 * right) / (named + gold);
  }));
}

/** Mean over the labels that occur of the share of theirs that were chosen right. */
export function balancedAccuracy(outcomes: Outcome[], labels: string[]): number {
  return mean(labels.map((l) => outcomes.filter((o) => o.gold === l)).filter((of) => of.length > 0).map(accuracy));
}

const mean = (values: number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
