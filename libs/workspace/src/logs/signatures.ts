export type SignatureCount = {
  /** The line without what differs from one to the next. */
  signature: string;
  /** At least this often; exact while there are fewer signatures than are kept. */
  count: number;
  firstLine: number;
  lastLine: number;
  /** The first line of its kind. */
  example: string;
};

const MAX = 4_000;
const MAX_LENGTH = 200;

/** Counts lines by signature in bounded memory: where there are too many, the rarest half goes. */
export class Signatures {
  readonly #counts = new Map<string, SignatureCount>();

  add(line: string, n: number): string {
    const signature = signatureOf(line);
    const held = this.#counts.get(signature);
    if (held) {
      held.count++;
      held.lastLine = n;
      return signature;
    }
    if (this.#counts.size >= MAX) this.#dropRarest();
    this.#counts.set(signature, { signature, count: 1, firstLine: n, lastLine: n, example: line.trim().slice(0, 300) });
    return signature;
  }

  top(count: number): SignatureCount[] {
    return [...this.#counts.values()].sort((a, b) => b.count - a.count || a.firstLine - b.firstLine).slice(0, count);
  }

  #dropRarest(): void {
    const byCount = [...this.#counts.values()].sort((a, b) => a.count - b.count);
    for (const { signature } of byCount.slice(0, MAX / 2)) this.#counts.delete(signature);
  }
}

/** What differs from line to line is named by its kind. */
export function signatureOf(line: string): string {
  return line
    .slice(0, 2 * MAX_LENGTH)
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\d]*(Z|[+-]\d\d:?\d\d)?|\b[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d\b|\d\d:\d\d:\d\d[.,\d]*/g, '<time>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>')
    .replace(/\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '<hex>')
    .replace(/\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b/g, '<address>')
    .replace(/"[^"]{0,120}"|'[^']{0,120}'/g, '<text>')
    .replace(/\d+(\.\d+)?/g, '<n>')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_LENGTH);
}
