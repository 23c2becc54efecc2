import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '../fault.js';

/** One request with its answer: either one JSON value or lines of them. */
export class Exchange {
  /** Aborted when the client goes away before the answer is complete. */
  readonly signal: AbortSignal;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    const controller = new AbortController();
    this.signal = controller.signal;
    response.once('close', () => {
      if (!response.writableFinished) controller.abort(new Error('the client left'));
    });
  }

  /** The request's JSON body, of at most `limit` bytes. */
  async body(limit: number): Promise<unknown> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.#request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw new Fault(413, `the body is larger than ${limit} bytes`);
      chunks.push(chunk);
    }
    try {
      return JSON.parse(Buffer.concat(chunks).toString('utf8'));
    } catch {
      throw new Fault(400, 'the body is not JSON');
    }
  }

  json(value: unknown, status = 200): void {
    this.#response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    this.#response.end(JSON.stringify(value));
  }

  line(value: unknown): void {
    if (!this.#response.headersSent) this.#response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    this.#response.write(`${JSON.stringify(value)}\n`);
  }

  endLines(value: unknown): void {
    this.line(value);
    this.#response.end();
  }

  /** Ollama's error form; as a last line where lines were sent already. */
  fail(error: unknown): void {
    if (this.signal.aborted || this.#response.writableEnded) return void this.#response.destroy();
    const fault = error instanceof Fault ? error : new Fault(500, error instanceof Error ? error.message : 'failed');
    if (this.#response.headersSent) return this.endLines({ error: fault.message });
    // What is left of a refused body isn't read: the connection can't be used again.
    if (!this.#request.complete) this.#response.setHeader('connection', 'close');
    this.json({ error: fault.message }, fault.status);
  }
}
