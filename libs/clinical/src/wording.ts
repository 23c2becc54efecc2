/** Weights of turns of phrase, and what all sentences have in common under ''. Their sum is the log odds that a negation was put in or left out. */
export type Wording = ReadonlyMap<string, number>;

/** Log odds; long sentences have more turns of phrase, which count for less each. */
export function wordingOdds(wording: Wording, turns: readonly string[]): number {
  return turns.reduce((sum, turn) => sum + (wording.get(turn) ?? 0), 0) / lengthOf(turns) + (wording.get('') ?? 0);
}

export const lengthOf = (turns: readonly unknown[]): number => Math.sqrt(turns.length + 1);

/** Turns of phrase on one line of the file. */
const A_LINE = 40;

/** The text of wording.tsv: turns of phrase and weights by tabs. */
export function printWording(wording: Wording): string {
  const cells = [...wording].sort(([a], [b]) => (a < b ? -1 : 1)).map(([turn, weight]) => `${turn}\t${weight}`);
  return `${Array.from({ length: Math.ceil(cells.length / A_LINE) }, (_, i) => cells.slice(i * A_LINE, (i + 1) * A_LINE).join('\t')).join('\n')}\n`;
}

export function readWording(text: string): Wording {
  return new Map(text.replace(/\n$/, '').split('\n').flatMap((line) => {
    const cells = line.split('\t');
    return Array.from({ length: cells.length / 2 }, (_, i): [string, number] => [cells[2 * i]!, Number(cells[2 * i + 1])]);
  }));
}
