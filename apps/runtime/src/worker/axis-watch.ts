import { type Axis, shift } from '../native/residual-tap.js';

/** What was read for one token: projections by axis as they came, and how far each was moved. */
export interface TokenTrace {
  readonly projections: readonly number[];
  readonly shifts: readonly number[];
}

/** Reads a request's axes off the residual stream and corrects the last row: the token that decides what comes next. */
export class AxisWatch {
  readonly layers: ReadonlySet<number>;
  readonly traces: TokenTrace[] = [];
  readonly #axes: readonly Axis[];
  #projections: number[] = [];
  #shifts: number[] = [];

  constructor(axes: readonly Axis[]) {
    this.#axes = axes;
    this.layers = new Set(axes.map(({ layer }) => layer));
  }

  /** A ResidualReader. Axes of one layer are corrected in their order, each on what the one before left. */
  read(layer: number, rows: Float32Array): boolean {
    let changed = false;
    for (const [index, axis] of this.#axes.entries()) {
      if (axis.layer !== layer) continue;
      const row = rows.subarray(rows.length - axis.direction.length);
      const projection = dot(row, axis.direction);
      const by = shift(axis.correct, projection);
      if (by !== 0) {
        axis.direction.forEach((value, i) => (row[i] = row[i]! + by * value));
        changed = true;
      }
      [this.#projections[index], this.#shifts[index]] = [projection, by];
    }
    return changed;
  }

  /** Notes the token whose evaluation ended. */
  endToken(): void {
    this.traces.push({ projections: this.#projections, shifts: this.#shifts });
    [this.#projections, this.#shifts] = [[], []];
  }
}

export function dot(row: Float32Array, direction: readonly number[]): number {
  return direction.reduce((sum, value, i) => sum + value * row[i]!, 0);
}
