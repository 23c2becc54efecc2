const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Bodies by their hash, newest use last. A body never changes, so an entry is never wrong; a process that restarts
 * reads again. Bounded by bytes.
 */
class ContentCache {
  readonly #bodies = new Map<string, string>();
  #bytes = 0;

  get(hash: Buffer): string | undefined {
    const key = hash.toString('latin1');
    const body = this.#bodies.get(key);
    if (body === undefined) return undefined;
    this.#bodies.delete(key);
    this.#bodies.set(key, body);
    return body;
  }

  add(hash: Buffer, body: string): void {
    const key = hash.toString('latin1');
    if (this.#bodies.has(key) || body.length > MAX_BYTES / 16) return;
    this.#bodies.set(key, body);
    this.#bytes += body.length;
    for (const [oldest, old] of this.#bodies) {
      if (this.#bytes <= MAX_BYTES) break;
      this.#bodies.delete(oldest);
      this.#bytes -= old.length;
    }
  }
}

export const contentCache = new ContentCache();
