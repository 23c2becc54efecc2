import { type AxisReport, type LabelledStep, STEERING_AXES, type SteeringAxis, type VectorFile } from '#contracts';
import { meanDifference, orthogonal, type Point, project, type Vector } from './axis.js';
import { auc, layerAuc, type Layers, nestedAuc } from './validate.js';

/** A labelled step with its residual stream: a vector a layer, in the order of `layers`. */
export type ReadStep = { readonly step: LabelledStep; readonly vectors: readonly Vector[]; readonly tokens: number };
export type FitInput = { readonly model: VectorFile['model']; readonly layers: readonly number[]; readonly steps: readonly ReadStep[] };

const BAND = [0.1, 0.9] as const;

/**
 * Fits the axes at the layer that cross-validation by task prefers; the second axis has no part along the first.
 * Layer 0 takes part as a probe only: it knows words, not what was made of them.
 * @throws RangeError where a label or the steps that are ok are missing from all tasks but one
 */
export function fitAxes(input: FitInput): VectorFile {
  const names = STEERING_AXES.filter((name) => input.steps.some(({ step }) => step.label === name));
  if (names.length === 0) throw new RangeError('no step is labelled overthinking or overacting');
  const candidates = input.layers.filter((layer) => layer > 0);
  const perAxis = names.map((name) => ({ name, layers: pointsByLayer(input, name) }));
  const layers = candidates.map((layer) => ({ layer, auc: mean(perAxis.map((axis) => layerAuc(axis.layers.get(layer)!) ?? NaN)) }));
  const chosen = layers.reduce((best, one) => (one.auc > best.auc ? one : best), { layer: -1, auc: -1 }).layer;
  if (chosen < 0) throw new RangeError('a label is there in one task only: nothing can be tested on another');

  const basis: Float64Array[] = [];
  const axes = perAxis.map(({ name, layers: points }) => {
    const at = points.get(chosen)!;
    const raw = meanDifference(at);
    const direction = raw && orthogonal(raw, basis);
    if (!direction) throw new RangeError(`${name} can't be told from what is there already`);
    basis.push(direction);
    const side = (positive: boolean): number[] => at.filter((point) => point.positive === positive).map(({ vector }) => project(vector, direction));
    const ok = side(false).sort((a, b) => a - b);
    return {
      name,
      direction: [...direction].map(Math.fround),
      band: { low: quantile(ok, BAND[0]), high: quantile(ok, BAND[1]) },
      gap: mean(side(true)) - mean(ok),
      report: reportOf(input, name, points, candidates),
    };
  });
  return { format: 'holdfast-steering-1', model: input.model, layer: chosen, layers, axes };
}

function reportOf({ layers, steps }: FitInput, name: SteeringAxis, points: Layers, candidates: readonly number[]): AxisReport {
  const some = steps.filter(({ step }) => step.label === name || step.label === 'ok');
  const probe = (value: (one: ReadStep) => number): number | null => layerAuc(some.map((one) => ({ task: one.step.task, positive: one.step.label === name, vector: [value(one)] })));
  return {
    positives: some.filter(({ step }) => step.label === name).length,
    negatives: some.filter(({ step }) => step.label === 'ok').length,
    auc: nestedAuc(points, candidates),
    layer0Auc: layers.includes(0) ? layerAuc(points.get(0)!) : null,
    stepNumberAuc: probe(({ step }) => step.step),
    lengthAuc: probe(({ tokens }) => tokens),
  };
}

/** AUC of a fitted axis on steps that it was not fitted on; `steps` read at the file's layer. */
export function axisAuc(file: VectorFile, name: SteeringAxis, steps: readonly ReadStep[]): number | null {
  const axis = file.axes.find((one) => one.name === name);
  if (!axis) return null;
  const some = steps.filter(({ step }) => step.label === name || step.label === 'ok');
  return auc(some.map(({ step, vectors }) => ({ positive: step.label === name, score: project(vectors[0]!, axis.direction) })));
}

function pointsByLayer({ layers, steps }: FitInput, name: SteeringAxis): Map<number, Point[]> {
  const some = steps.filter(({ step }) => step.label === name || step.label === 'ok');
  return new Map(layers.map((layer, at) => [layer, some.map(({ step, vectors }) => ({ task: step.task, positive: step.label === name, vector: vectors[at]! }))]));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const quantile = (sorted: readonly number[], q: number): number => sorted[Math.round(q * (sorted.length - 1))] ?? 0;
