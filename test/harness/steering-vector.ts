import type { VectorFile } from '#contracts';

const REPORT = { positives: 1, negatives: 1, auc: null, layer0Auc: null, stepNumberAuc: null, lengthAuc: null };

/** A vector file of directions that mean nothing: what is done with it is what tests look at. */
export function vectorFile({ name, digest, width, layer }: { name: string; digest: string; width: number; layer: number }): VectorFile {
  const direction = (frequency: number): number[] => {
    const raw = Array.from({ length: width }, (_, i) => Math.sin(i * frequency));
    const length = Math.hypot(...raw);
    return raw.map((value) => value / length);
  };
  const axis = (of: 'overthinking' | 'overacting', frequency: number, gap: number) => ({ name: of, direction: direction(frequency), band: { low: -10, high: 10 }, gap, report: REPORT });
  return { format: 'holdfast-steering-1', model: { name, digest, width }, layer, layers: [{ layer, auc: 0.5 }], axes: [axis('overthinking', 7, 40), axis('overacting', 3, 25)] };
}
