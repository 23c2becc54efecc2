import { Fault } from '../fault.js';
import type { NativeContext } from '../native/context.js';
import type { Compute } from './compute.js';
import { BLOCK } from './prompt-cache.js';
import { Seat } from './seat.js';

/** Conversations whose prompts are kept where memory is ample, though fewer are worked on at once. */
const KEPT = 4;

export interface PlainSeatsOptions {
  /** Makes a context. Throws a Fault of status 503 where memory is short. */
  readonly make: (size: number, sequences: number) => NativeContext;
  /** Whether a context of that many sequences would leave most of the free memory to others. */
  readonly isAmple: (size: number, sequences: number) => boolean;
  readonly compute: Compute;
  /** Tokens of the first context's sequences. */
  readonly size: number;
  /** Requests that are worked on at once. */
  readonly slots: number;
  /** A token to measure the pace with. */
  readonly spare: number;
}

/**
 * The sequences of the plain requests' context. A request sits where most of its prompt is evaluated already, so that
 * runs whose turns alternate don't evict each other's. The context is made anew, when nobody sits, for a longer num_ctx
 * and for more conversations than there are places; what was kept is lost then.
 */
export class PlainSeats {
  readonly #options: PlainSeatsOptions;
  #context: NativeContext;
  #seats: Seat[] = [];
  #free: Seat[] = [];

  constructor(options: PlainSeatsOptions) {
    this.#options = options;
    this.#context = this.#fitting(options.size, options.slots);
    this.#furnish();
    this.#seats[0]!.warmUp();
  }

  get contextSize(): number {
    return this.#context.size;
  }

  get count(): number {
    return this.#seats.length;
  }

  /** The seat for a request of `prompt` that asks for `room` tokens; undefined where it must wait for others to leave. */
  find(prompt: Int32Array, room: number): Seat | undefined {
    const isEmpty = this.#seats.every(({ taken }) => !taken);
    if (room > this.#context.size) {
      if (!isEmpty) return undefined;
      this.#remake(room, this.#seats.length);
    }
    const seat = this.#best(prompt);
    if (seat && isEmpty && this.#seats.length < KEPT && loss(seat, prompt) > 0 && this.#options.isAmple(this.#context.size, KEPT)) {
      this.#remake(this.#context.size, KEPT);
      return this.#best(prompt);
    }
    return seat;
  }

  /** Of the free ones that where least is lost, the one that was left longest ago among equals. */
  #best(prompt: Int32Array): Seat | undefined {
    const free = this.#free.filter(({ taken }) => !taken);
    const least = Math.min(...free.map((seat) => loss(seat, prompt)));
    const seat = free.find((candidate) => loss(candidate, prompt) === least);
    // To the end of the line: it will be the one that was left last.
    if (seat) this.#free = [...this.#free.filter((other) => other !== seat), seat];
    return seat;
  }

  #remake(size: number, sequences: number): void {
    const old = this.#context;
    this.#context = this.#fitting(size, sequences);
    old.free();
    this.#furnish();
  }

  /** As many sequences as memory allows; one at least, or a Fault, and then what is there stays. */
  #fitting(size: number, sequences: number): NativeContext {
    for (let count = sequences; ; count -= 1) {
      try {
        return this.#options.make(size, count);
      } catch (error) {
        if (count === 1 || !(error instanceof Fault)) throw error;
      }
    }
  }

  #furnish(): void {
    const { compute, spare } = this.#options;
    this.#seats = Array.from({ length: this.#context.sequences }, (_, sequence) => new Seat(this.#context, sequence, compute, spare));
    this.#free = [...this.#seats];
  }
}

/** Tokens that the next turn of the seat's last conversation would miss, less those that `prompt` gains; a block's worth is nothing. */
function loss(seat: Seat, prompt: Int32Array): number {
  const gained = seat.reusable(prompt);
  const lost = seat.kept - 2 * gained;
  return gained === 0 && lost < BLOCK ? 0 : lost;
}
