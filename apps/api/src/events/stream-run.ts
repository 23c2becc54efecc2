import type { RunEvent } from '#contracts';
import { type ChunkPlace, FEED_PAGE, type FeedPage } from '#store';
import type { RunFeed } from './run-feed.js';
import { OWN_VIEW, type StreamView } from './stream-view.js';

/** Where a stream goes; `SseWriter` in production. */
export interface StreamOutput {
  readonly closed: AbortSignal;
  write(text: string): Promise<void>;
}

export type StreamStart = {
  /** Number of the last event that the reader has. */
  after: number;
  /** The reader has read before: it may hold text of the open step that it will get again. */
  resumed: boolean;
  types: ReadonlySet<string> | null;
  /** Holdfast's own where not given. */
  view?: StreamView;
};

const WRITE_BYTES = 64 * 1024;
/** Milliseconds before a read that failed (Postgres is down) is tried again. */
const RETRY_MS = 1_000;

/** Writes a run's events, and the text of its open step, until the run is finished or the reader is gone. */
export async function streamRun(feed: RunFeed, out: StreamOutput, start: StreamStart): Promise<void> {
  const wanted = (type: string): boolean => start.types === null || start.types.has(type);
  const view = start.view ?? OWN_VIEW;
  const text = new OpenText(start.resumed, view);
  let after = start.after;
  let finished = false;
  while (!out.closed.aborted) {
    const mark = feed.mark;
    const page = await feed.read(after, text.place).catch(() => null);
    if (!page) {
      await feed.changed(mark, out.closed, RETRY_MS);
      continue;
    }
    for (const event of page.events) text.passed(event);
    after = page.events.at(-1)?.seq ?? after;
    finished = (page.events.at(-1)?.type ?? (finished ? 'run.finished' : '')) === 'run.finished';
    const messages = [...page.events.filter((e) => wanted(e.type)).map((e) => view.event(e)), ...text.take(page.parts, wanted)];
    for (const piece of pieces(messages)) await out.write(piece);
    if (page.events.length >= FEED_PAGE) continue;
    if (finished) return;
    await feed.changed(mark, out.closed);
  }
}

/** The place in the open step's text, and whether the reader must be told to drop what it had of it. */
class OpenText {
  place: ChunkPlace | null = null;
  private stale: boolean;

  constructor(
    resumed: boolean,
    private readonly view: StreamView,
  ) {
    this.stale = resumed;
  }

  /** A reset that was told as an event needs no second one. */
  passed(event: RunEvent): void {
    if (event.type === 'step.attempt_reset') this.stale = false;
    if (event.type === 'step.attempt_reset' || event.type === 'step.started') this.place = null;
  }

  take(parts: FeedPage['parts'], wanted: (type: string) => boolean): string[] {
    const messages: string[] = [];
    for (const { delivery, ...part } of parts) {
      const other = this.place !== null && this.place.step === part.step && (this.place.attempt !== part.attempt || this.place.delivery !== delivery);
      if ((this.stale || other) && (wanted('text.delta') || wanted('thinking.delta'))) {
        messages.push(this.view.reset(part));
      }
      this.stale = false;
      this.place = { step: part.step, attempt: part.attempt, delivery, n: part.n };
      if (wanted(part.type)) messages.push(this.view.part(part));
    }
    return messages;
  }
}

function* pieces(messages: string[]): Generator<string> {
  let piece = '';
  for (const message of messages) {
    piece += message;
    if (piece.length < WRITE_BYTES) continue;
    yield piece;
    piece = '';
  }
  if (piece) yield piece;
}
