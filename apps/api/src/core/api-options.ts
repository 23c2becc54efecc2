import type { AgentContract } from '#contracts';
import type { Config, Logger } from '#platform';
import type { Telemetry } from '../telemetry/telemetry.js';

/** All that an API process is made of, so that a test can give its own parts. */
export type ApiOptions = {
  config: Config;
  agents: readonly AgentContract[];
  logger: Logger;
  timing?: Partial<Timing>;
  /** None where not given. */
  telemetry?: Telemetry;
};

export type Timing = {
  /** Milliseconds between two comment pings of an event stream. */
  pingMs: number;
  /** Milliseconds that a reader may leave its stream unread. */
  stallMs: number;
  /** Milliseconds between two looks at the database, should an announcement be lost. */
  pollMs: number;
  /** Milliseconds between two looks whether the key of an open event stream is still good. */
  identifyMs: number;
  /** Milliseconds that Temporal has to answer before a request goes on without it. */
  temporalMs: number;
  /** Milliseconds that an answer waits for Temporal to hear of what is committed; what takes longer is told behind the answer. */
  answerMs: number;
};

export const TIMING: Timing = { pingMs: 15_000, stallMs: 30_000, pollMs: 2_000, identifyMs: 30_000, temporalMs: 3_000, answerMs: 5 };

/** Bytes of a JSON body. */
export const JSON_LIMIT = 2 * 1024 * 1024;
/** Of a run's: notes and FHIR bundles come in its input. */
export const RUN_LIMIT = 24 * 1024 * 1024;
