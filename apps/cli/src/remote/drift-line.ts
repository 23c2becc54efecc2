const BARS = '▁▂▃▄▅▆▇█';
const SHOWN = 12;

/** The latest scores in [0,1] as bars. */
export class Sparkline {
  private readonly scores: number[] = [];

  add(score: number): void {
    this.scores.push(Number.isFinite(score) ? Math.min(1, Math.max(0, score)) : 0);
    if (this.scores.length > SHOWN) this.scores.shift();
  }

  toString(): string {
    if (this.scores.length === 0) return '·';
    const bars = this.scores.map((score) => BARS[Math.min(BARS.length - 1, Math.floor(score * BARS.length))]).join('');
    return `${bars} ${this.scores.at(-1)!.toFixed(2)}`;
  }
}

/** Both axes and the verdict, in one line of a terminal. */
export function driftLine({ overthinking, overacting, verdict }: { overthinking: Sparkline; overacting: Sparkline; verdict: string }): string {
  return `drift: thinking ${overthinking} acting ${overacting}${verdict ? ` ${verdict}` : ''}`;
}
