const NEXT = 0;
const SERVING = 1;

/**
 * One native computation at a time across all worker threads, first come first served. llama.cpp's threads spin at
 * barriers: two models computing at once on as many threads as there are cores each slow down a hundredfold.
 */
export class ComputeTurn {
  readonly #counters: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#counters = new Int32Array(memory);
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  }

  /** Blocks the calling thread until its turn has come. Never on the main thread. */
  take<T>(compute: () => T): T {
    const ticket = Atomics.add(this.#counters, NEXT, 1);
    for (let serving = Atomics.load(this.#counters, SERVING); serving !== ticket; serving = Atomics.load(this.#counters, SERVING)) {
      Atomics.wait(this.#counters, SERVING, serving);
    }
    try {
      return compute();
    } finally {
      Atomics.add(this.#counters, SERVING, 1);
      Atomics.notify(this.#counters, SERVING);
    }
  }
}
