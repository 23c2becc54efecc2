import { describe, expect, it } from '@jest/globals';
import type { LabelledStep } from '#contracts';
import { meanDifference, orthogonal, project } from './axis.js';
import { correctionsOf, randomAxes } from './corrections.js';
import { axisAuc, fitAxes, type ReadStep } from './fit.js';
import { auc, layerAuc } from './validate.js';

const MODEL = { name: 'tiny', digest: 'a'.repeat(64), width: 4 };
let state = 7;
const random = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
const noise = (): number => random() - 0.5;

/** Layer 0 knows nothing, layer 1 a little, layer 2 tells both labels apart on axes that lean on each other. */
function steps(count = 60): ReadStep[] {
  return Array.from({ length: count }, (_, i) => {
    const label: LabelledStep['label'] = i % 3 === 0 ? 'ok' : i % 3 === 1 ? 'overthinking' : 'overacting';
    const [t, a] = [label === 'overthinking' ? 1 : 0, label === 'overacting' ? 1 : 0];
    const at = (weight: number): number[] => [weight * (t + 0.6 * a) + noise(), weight * a + noise(), noise(), noise()];
    return { step: { task: `t${i % 10}`, step: Math.floor(random() * 100), context: '', text: 'x', label }, vectors: [at(0), at(0.5), at(5)], tokens: 10 };
  });
}

describe('fitting axes', () => {
  it('chooses the layer that tells the labels apart, and reports probes that know nothing', () => {
    const file = fitAxes({ model: MODEL, layers: [0, 1, 2], steps: steps() });
    expect(file.layer).toBe(2);
    const [first, second] = file.axes;
    expect(Math.abs(project(first!.direction, second!.direction))).toBeLessThan(1e-6);
    expect(first!.report.auc).toBeGreaterThan(0.95);
    for (const probe of [first!.report.layer0Auc, first!.report.stepNumberAuc]) expect(probe!).toBeLessThan(0.8);
    expect(first!.gap).toBeGreaterThan(3);
    expect(axisAuc(file, 'overthinking', steps().map((one) => ({ ...one, vectors: [one.vectors[2]!] })))).toBeGreaterThan(0.95);
  });

  it('weighs tasks alike, however many steps they have', () => {
    const point = (task: string, positive: boolean, x: number, y: number) => ({ task, positive, vector: [x, y] });
    const many = Array.from({ length: 50 }, () => point('a', true, 1, 0));
    const direction = meanDifference([...many, point('b', true, 0, 1), point('a', false, 0, 0)])!;
    expect(direction[0]).toBeCloseTo(direction[1]!, 6);
  });

  it('tests on tasks it was not fitted on: what names a task tells nothing about another', () => {
    // Each task has its own direction; a direction fitted on the others is blind to it.
    const points = Array.from({ length: 40 }, (_, i) => ({ task: `t${i % 5}`, positive: i < 20, vector: Array.from({ length: 5 }, (_v, k) => (k === i % 5 ? (i < 20 ? 1 : -1) : 0)) }));
    expect(layerAuc(points)).toBeCloseTo(0.5, 6);
  });

  it('answers nothing where nothing can be said', () => {
    expect(auc([{ score: 1, positive: true }])).toBeNull();
    expect(meanDifference([{ task: 'a', positive: true, vector: [1] }])).toBeNull();
    expect(orthogonal(Float64Array.of(1, 0), [Float64Array.of(1, 0)])).toBeNull();
    expect(() => fitAxes({ model: MODEL, layers: [0, 1], steps: [] })).toThrow('no step is labelled');
  });

  it('makes corrections towards the good steps, away from them, and of chance with the same norm', () => {
    const file = fitAxes({ model: MODEL, layers: [0, 1, 2], steps: steps() });
    const by = (sign: 1 | -1): unknown => correctionsOf(file, 'fixed', sign)[0]!.correct!['by'];
    expect(by(1)).toBeCloseTo(-file.axes[0]!.gap);
    expect(by(-1)).toBeCloseTo(file.axes[0]!.gap);
    expect(correctionsOf(file, 'read')[0]!.correct).toBeUndefined();
    const chance = randomAxes(file, random)[0]!;
    expect(Math.hypot(...chance.direction)).toBeCloseTo(1, 6);
    expect(chance.correct).toEqual(correctionsOf(file, 'fixed')[0]!.correct);
  });
});
