import { type ActivationTrace, STEERING_AXES, type SteeringAxis, type VectorFile } from '#contracts';

/** Standard deviations between the tenth and the ninetieth percentile of a normal distribution, and up to the ninety-fifth. */
const [BAND_WIDTH, UPPER] = [2.563, 1.645];
/** How fast the score rises about there. */
const SLOPE = 0.5;

/**
 * How far a turn leans along each axis, in [0,1]: a half where its mean projection lies as high as one in twenty of
 * the calibrated steps does. Axes are fitted on means over a step's tokens, so the mean is what is compared.
 */
export function leaningOf(file: Pick<VectorFile, 'axes'>, { tokens }: ActivationTrace): Record<SteeringAxis, number> {
  const scores = STEERING_AXES.map((name): [SteeringAxis, number] => {
    const at = file.axes.findIndex((axis) => axis.name === name);
    const { low, high } = file.axes[at]?.band ?? { low: 0, high: 0 };
    if (high <= low || tokens.length === 0) return [name, 0];
    const mean = tokens.reduce((sum, { projections }) => sum + (projections[at] ?? 0), 0) / tokens.length;
    const z = ((mean - (low + high) / 2) * BAND_WIDTH) / (high - low);
    return [name, Math.round(1_000 / (1 + Math.exp(-(z - UPPER) / SLOPE))) / 1_000];
  });
  return Object.fromEntries(scores) as Record<SteeringAxis, number>;
}
