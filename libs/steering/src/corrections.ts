import type { AxisOption, CorrectionMode, VectorFile } from '#contracts';

const SHARE = 0.5;

/**
 * A vector file's axes with a correction each: towards the steps that are ok, or with `sign` -1 away from them.
 * fixed moves by the gap between the labelled steps and the others, clamp and gate only what is above the band.
 */
export function correctionsOf(file: VectorFile, mode: CorrectionMode, sign: 1 | -1 = 1): AxisOption[] {
  return file.axes.map(({ name, direction, band, gap }): AxisOption => {
    const axis = { name, layer: file.layer, direction, model_digest: file.model.digest };
    if (mode === 'read') return axis;
    if (mode === 'fixed') return { ...axis, correct: { mode, by: -sign * gap } };
    const edges = sign === 1 ? { low: -Number.MAX_VALUE, high: band.high } : { low: band.high + gap, high: Number.MAX_VALUE };
    return { ...axis, correct: { mode, ...edges, ...(mode === 'gate' && { share: SHARE }) } };
  });
}

/** Directions of chance with the same fixed offsets: the control without which no effect means anything. */
export function randomAxes(file: VectorFile, random: () => number): AxisOption[] {
  return correctionsOf(file, 'fixed').map((axis) => {
    const direction = axis.direction.map(() => gaussian(random));
    const length = Math.hypot(...direction);
    return { ...axis, direction: direction.map((value) => value / length) };
  });
}

/** Box and Muller. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
