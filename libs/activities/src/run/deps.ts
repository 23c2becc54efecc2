import type { Logger, RunToStart } from '#platform';
import type { Runtime } from '#models';
import type { Notifier, Pool } from '#store';
import type { ModelGate } from '../models/model-gate.js';
import type { RunCache } from './run-cache.js';
import type { AgentDeps, AgentImplementation } from '../agent.js';

export type RunDeps = {
  pool: Pool;
  notifier: Notifier;
  /** The default runtime, for what agents ask of a model beside their turns. */
  runtime: Runtime;
  /** All runtimes, behind routes and slots. */
  gate: ModelGate;
  /** Embeds passages and questions; may be another server than `runtime`. */
  embedder: Runtime;
  agents: ReadonlyMap<string, AgentImplementation>;
  /** Model that a run goes with where it names none. */
  model: string;
  /** Context length asked of the runtime, in tokens. */
  contextTokens: number;
  search: AgentDeps['search'];
  /** Where the tool calls of runs that begin here go, if not where their workflows are. */
  toolQueue?: string;
  /** Whether sensitive runs may go to a runtime; to any where it is not given. */
  maySeeSensitive?: (runtimeId: string) => boolean;
  /** Queue that only this host's workers serve, for the calls of runs whose files lie here. */
  hostQueue?: string;
  logger: Logger;
  /** Starts the execution of a run whose turn has come on its thread; where this is not given, or fails, the reconciler does. */
  startRun?: (run: RunToStart) => Promise<void>;
  cache: RunCache;
  /** Address of the console, without a slash at its end. */
  consoleUrl?: string;
};
