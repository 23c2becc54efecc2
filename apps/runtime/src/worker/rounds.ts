import { BatchPace } from './batch-pace.js';
import type { Compute } from './compute.js';
import type { Reply } from './generation.js';
import { ROWS } from './lookup.js';

/**
 * The replies under way, a piece of each in turn: one block of one prompt, then one token of every reply. A prompt that
 * is read holds the others up by a block at the most. Tokens of replies that may share a batch are evaluated together
 * where that is faster; a prompt's block never shares one, so that what is kept of it is the same whatever ran beside it.
 */
export class Rounds {
  readonly #compute: Compute;
  readonly #pace = new BatchPace();
  readonly #onEnd: (reply: Reply, error?: unknown) => void;
  #replies: Reply[] = [];

  /** `onEnd` is called once for each reply, with what went wrong where something did. */
  constructor(compute: Compute, onEnd: (reply: Reply, error?: unknown) => void) {
    this.#compute = compute;
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#replies.length;
  }

  add(reply: Reply): void {
    this.#replies.push(reply);
  }

  /** One round. */
  play(): void {
    this.#sweep();
    const reading = this.#replies.find(({ isReading }) => isReading);
    if (reading) {
      this.#try([reading], () => reading.read());
      this.#toTheEnd(reading);
    }
    this.#write(this.#replies.filter((reply) => !reply.isReading && reply.goesOn()));
    this.#sweep();
  }

  #write(writing: readonly Reply[]): void {
    const now = performance.now();
    const cost = this.#pace.cost(ROWS, now);
    const sharing = writing.filter((reply) => reply.mayShare && !reply.foresees(cost));
    const together = this.#pace.choose(sharing.length, now) ? sharing : [];
    if (together.length > 0) this.#try(together, () => this.#together(together));
    for (const reply of writing) if (!together.includes(reply)) this.#alone(reply, cost);
  }

  #together(replies: readonly Reply[]): void {
    const { context } = replies[0]!.seat;
    this.#timed(() => {
      this.#compute.replies(context, replies.map(({ row }) => row));
      for (const [row, reply] of replies.entries()) this.#try([reply], () => reply.take(context.logits(row)));
      return replies.length;
    });
  }

  #alone(reply: Reply, cost: number | undefined): void {
    this.#try([reply], () => (reply.mayShare ? this.#timed(() => reply.write(cost)) : reply.write(cost)));
  }

  /** `compute` answers how many rows it evaluated in one go. */
  #timed(compute: () => number): void {
    const started = performance.now();
    const rows = compute();
    const ended = performance.now();
    this.#pace.note(rows, ended - started, ended);
  }

  /** What fails ends the replies that it was for, and no other. */
  #try(replies: readonly Reply[], work: () => void): void {
    try {
      work();
    } catch (error) {
      for (const reply of replies) this.#end(reply, error);
    }
  }

  /** Whoever has read a block waits until the others have. */
  #toTheEnd(reply: Reply): void {
    if (!this.#replies.includes(reply)) return;
    this.#replies = [...this.#replies.filter((other) => other !== reply), reply];
  }

  #sweep(): void {
    for (const reply of this.#replies.filter((r) => !r.goesOn())) this.#end(reply);
  }

  #end(reply: Reply, error?: unknown): void {
    this.#replies = this.#replies.filter((other) => other !== reply);
    this.#onEnd(reply, error);
  }
}
