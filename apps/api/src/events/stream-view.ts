import type { RunEvent, StreamPart } from '#contracts';
import { sseMessage } from './sse-writer.js';

/** How a run's events and the text of its open step are written to a stream; each gives text/event-stream, or nothing. */
export interface StreamView {
  event(event: RunEvent): string;
  part(part: StreamPart): string;
  /** What the reader had of the step's text is to be dropped; no event says so. */
  reset(at: { step: number; attempt: number }): string;
}

/** As they are. */
export const OWN_VIEW: StreamView = {
  event: (event) => sseMessage({ id: event.seq, event: event.type, data: event }),
  part: (part) => sseMessage({ event: part.type, data: part }),
  reset: ({ step, attempt }) => sseMessage({ event: 'step.attempt_reset', data: { type: 'step.attempt_reset', step, attempt } }),
};
