import type { Response } from 'express';

export type SseTiming = { pingMs: number; stallMs: number };

/** A text/event-stream answer that never holds more than what was last written: a reader that does not read is closed. */
export class SseWriter {
  private readonly ending = new AbortController();
  private readonly ping: NodeJS.Timeout;
  private draining: Promise<void> | null = null;

  constructor(
    private readonly res: Response,
    private readonly timing: SseTiming,
    stopping: AbortSignal,
  ) {
    res.status(200);
    res.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    res.setHeader('Cache-Control', 'no-cache, no-transform');
    res.setHeader('X-Accel-Buffering', 'no');
    res.flushHeaders();
    res.on('close', () => this.ending.abort());
    // What is written to a reader that has just gone fails, and says nothing new.
    res.on('error', () => undefined);
    stopping.addEventListener('abort', () => this.ending.abort(), { once: true, signal: this.ending.signal });
    this.ping = setInterval(() => void this.write(': ping\n\n'), timing.pingMs);
  }

  /** Fires when the reader is gone, has stalled, or the process stops. */
  get closed(): AbortSignal {
    return this.ending.signal;
  }

  /** Writes, and waits until the reader has taken it. */
  async write(text: string): Promise<void> {
    await this.draining;
    if (this.closed.aborted) return;
    if (this.res.write(text)) return;
    this.draining = this.drained().finally(() => (this.draining = null));
    await this.draining;
  }

  end(): void {
    clearInterval(this.ping);
    this.ending.abort();
    if (!this.res.destroyed) this.res.end();
  }

  private drained(): Promise<void> {
    return new Promise((resolve) => {
      const stalled = setTimeout(() => this.res.destroy(), this.timing.stallMs);
      const done = (): void => {
        clearTimeout(stalled);
        this.res.off('drain', done);
        this.res.off('close', done);
        resolve();
      };
      this.res.on('drain', done);
      this.res.on('close', done);
    });
  }
}

/** One message of the stream; parts without an id leave the reader's Last-Event-ID where it was. */
export function sseMessage(message: { id?: number; event: string; data: unknown }): string {
  return `${message.id === undefined ? '' : `id: ${message.id}\n`}event: ${message.event}\ndata: ${JSON.stringify(message.data)}\n\n`;
}
