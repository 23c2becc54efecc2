import type { ChatDelta, StreamPart } from '#contracts';
import { type StepKey, writeChunk } from '#store';
import type { Delivery } from './delivery.js';
import type { RunDeps } from './deps.js';

const FLUSH_MS = 100;
const FLUSH_BYTES = 1_024;

/**
 * Batches a model's text into `stream_chunks` for readers that watch: every 100 ms or 1 KB. An answer that is done
 * within the first 100 ms writes nothing. A batch that cannot be written is dropped: the message itself is what counts.
 */
export function createStreamWriter(deps: RunDeps, key: StepKey, { delivery, opening = Promise.resolve() }: Pick<Delivery, 'delivery' | 'opening'>) {
  let kind: StreamPart['type'] = 'text.delta';
  let buffer = '';
  let n = 0;
  let timer: NodeJS.Timeout | null = null;
  // Where the attempt could not be opened nothing is written, and the call fails with that.
  let writing: Promise<unknown> = opening;

  function flush(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    if (!buffer) return;
    const chunk = { n: n++, kind, body: buffer };
    buffer = '';
    writing = writing
      .then(() => writeChunk(deps.pool, key, delivery, chunk))
      .then(() => deps.notifier.announce(key.runId, 0))
      .catch(() => undefined);
  }

  return {
    push(delta: ChatDelta): void {
      const next = delta.kind === 'thinking' ? 'thinking.delta' : 'text.delta';
      if (next !== kind) flush();
      kind = next;
      buffer += delta.text;
      // The first batch waits its full time: what is over by then is read as a message, not as a stream.
      if (n > 0 && buffer.length >= FLUSH_BYTES) flush();
      else timer ??= setTimeout(flush, FLUSH_MS);
    },
    /** Waits for what is being written; the rest of the buffer is not needed, since the message follows. Returns whether anything was written. */
    async close(): Promise<boolean> {
      if (timer) clearTimeout(timer);
      timer = null;
      buffer = '';
      await writing;
      return n > 0;
    },
  };
}
