/** One delivery of a model call. */
export type Delivery = {
  /** Ends it. */
  signal: AbortSignal;
  /** Temporal's tries, from 1. */
  delivery: number;
  /** The queue that it came by, and its priority there. */
  queue?: string;
  priority?: number;
  /** Where the model is asked ahead: settles once the attempt is open. Nothing of the call is written before. */
  opening?: Promise<unknown>;
};
