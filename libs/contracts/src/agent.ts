import type { z } from 'zod';
import type { DriftPolicy, ToolKind } from './drift.js';
import type { Limits } from './run.js';
import type { Sampling } from './sampling.js';

/**
 * - `read`: may be run again freely.
 * - `idempotent`: may be run again with the same idempotency key.
 * - `once`: must not run twice; a call in doubt is reconciled or a person is asked.
 */
export type ToolEffect = 'read' | 'idempotent' | 'once';

export type ToolContract = {
  name: string;
  description: string;
  kind: ToolKind;
  effect: ToolEffect;
  /** Flat: nested arguments break the tool parsers of several runtimes. */
  parameters: z.ZodType;
  timeoutMs: number;
  /** A person approves each call before it runs; seconds from the question on. */
  approval?: { expiresAfterS?: number; remindAfterS?: number };
  /** Exempt from repetition signals (polling, batch work). */
  exempt?: boolean;
};

/** What an agent is, apart from its code: shared by the API, the workflow and the activities. */
export type AgentContract = {
  name: string;
  /** Versioned; a run pins the version it started with. */
  version: string;
  title: string;
  description: string;
  input: z.ZodType;
  result: z.ZodType;
  state: z.ZodType;
  tools: ToolContract[];
  limits: Limits;
  sampling: Sampling;
  drift: DriftPolicy;
  /** Tries of one step, rejected output included, before the run fails. */
  maxAttempts: number;
  /** Its runs hold what others must not see: who reads them is logged. */
  sensitive?: boolean;
  /** Whether a run needs `corpusId`. */
  needsCorpus: boolean;
  /** Its model chooses among tools by itself, so that it can be given others than its own: those of MCP servers. */
  outsideTools?: boolean;
  /** What the loop does about a window that fills up; both are on where nothing is said. */
  memory?: {
    /** Old steps are told in short by a step of their own. */
    compaction?: boolean;
    /** The agent gets `reopen` and `remember`; needs a model that calls tools natively. */
    tools?: boolean;
  };
};
