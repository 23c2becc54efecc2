import { seededRandom } from '#platform';

/** Choices by chance from a seed, the same on every machine. */
export class Random {
  /** In [0, 1). */
  readonly share: () => number;

  constructor(seed: number) {
    this.share = seededRandom(seed);
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.share() * below);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}
