import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const MAX_BYTES = 20_000_000;
const TAIL_BYTES = 4_000;

/** A process writes its log itself, straight into the file, so that it never waits for its supervisor. */
export class ProcessLog {
  /** For the child's stdout and stderr. */
  readonly fd: number;
  private readonly start: number;

  constructor(readonly file: string) {
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file) && statSync(file).size > MAX_BYTES) renameSync(file, `${file}.1`);
    this.fd = openSync(file, 'a');
    this.start = fstatSync(this.fd).size;
  }

  /** What was written since this log was opened, up to `limit` bytes from its beginning. */
  written(limit = 200_000): string {
    return this.read(this.start, limit);
  }

  /** The last lines, for an error message. */
  tail(lines = 15): string {
    const size = statSync(this.file).size;
    const text = this.read(Math.max(this.start, size - TAIL_BYTES), TAIL_BYTES);
    return text.trimEnd().split('\n').slice(-lines).join('\n');
  }

  close(): void {
    closeSync(this.fd);
  }

  private read(position: number, limit: number): string {
    const reader = openSync(this.file, 'r');
    try {
      const buffer = Buffer.alloc(limit);
      return buffer.subarray(0, readSync(reader, buffer, 0, limit, position)).toString('utf8');
    } finally {
      closeSync(reader);
    }
  }
}
