import { describe, expect, it } from '@jest/globals';
import { printForest, probabilityOf, readForest } from '#clinical';
import { seededRandom } from '#platform';
import { growForest } from './boost.js';

describe('boosted trees', () => {
  const at = seededRandom(3);
  const examples = Array.from({ length: 2000 }, () => [at(), at(), at()]).map((features) => ({ features, positive: features[0]! > 0.5 !== features[1]! > 0.5 }));
  const forest = growForest(examples, { trees: 40, depth: 3, rate: 0.3, leaf: 2, share: 0.8, penalty: 1 });

  it('learn what no line can: either, but not both', () => {
    expect(probabilityOf(forest, [0.8, 0.2, 0.5])).toBeGreaterThan(0.9);
    expect(probabilityOf(forest, [0.2, 0.8, 0.5])).toBeGreaterThan(0.9);
    expect(probabilityOf(forest, [0.8, 0.8, 0.5])).toBeLessThan(0.1);
    expect(probabilityOf(forest, [0.2, 0.2, 0.5])).toBeLessThan(0.1);
  });

  it('say the same when read from what was printed', () => {
    const read = readForest(printForest(forest));
    for (const { features } of examples.slice(0, 100)) expect(probabilityOf(read, features)).toBeCloseTo(probabilityOf(forest, features), 3);
  });
});
