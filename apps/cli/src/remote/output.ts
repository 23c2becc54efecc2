const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Colour = keyof typeof CODES;

/** Where a command writes: results to stdout, progress to stderr; colour only for a terminal whose owner takes it (no-color.org). */
export class Output {
  constructor(
    readonly json: boolean,
    private readonly stdout: NodeJS.WriteStream = process.stdout,
    private readonly stderr: NodeJS.WriteStream = process.stderr,
    private readonly env: NodeJS.ProcessEnv = process.env,
  ) {}

  /** Whether a line may be written over. */
  get live(): boolean {
    return Boolean(this.stderr.isTTY) && !this.json && this.env['TERM'] !== 'dumb';
  }

  /** The result: as JSON where that was asked for, else as text. */
  result(value: unknown, text: () => string): void {
    this.stdout.write(`${this.json ? JSON.stringify(value, null, 2) : text()}\n`);
  }

  /** A line of newline-delimited JSON, for what comes over time. */
  line(value: unknown): void {
    this.stdout.write(`${JSON.stringify(value)}\n`);
  }

  progress(text: string): void {
    if (!this.json) this.stderr.write(`${this.live ? '\r\u001b[K' : ''}${text}\n`);
  }

  /** A line that the next one takes the place of; nothing where lines stay. */
  status(text: string): void {
    if (this.live) this.stderr.write(`\r\u001b[K${text.slice(0, (this.stderr.columns || 80) - 1)}`);
  }

  clear(): void {
    if (this.live) this.stderr.write('\r\u001b[K');
  }

  paint(colour: Colour, text: string): string {
    const coloured = this.stdout.isTTY && this.stderr.isTTY && !this.env['NO_COLOR'] && !this.json && this.env['TERM'] !== 'dumb';
    return coloured ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
  }
}

/** Columns as wide as their widest cell. */
export function columns(rows: string[][]): string {
  const width = (column: number): number => Math.max(...rows.map((row) => (row[column] ?? '').length));
  const widths = (rows[0] ?? []).map((_, column) => width(column));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()).join('\n');
}
