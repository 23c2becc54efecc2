import type { Priority } from './run.js';

/** Names that the API and the workers share; each is written here and nowhere else. */
export const TASK_QUEUES = {
  /** Workflows and every activity that is not a model call. */
  main: 'holdfast',
  /** Model calls of one runtime and model: polled only by that runtime's gate. */
  model: (runtimeId: string): string => `holdfast-model-${runtimeId}`,
} as const;

export const WORKFLOWS = { agentRun: 'agentRun', ingestion: 'ingestion', reconciler: 'reconciler' } as const;

export const workflowIds = {
  run: (runId: string): string => `run-${runId}`,
  ingestion: (ingestionId: string): string => `ingestion-${ingestionId}`,
  reconciler: 'reconciler',
} as const;

/** Of runs and their model calls: interactive before scheduled before batch. Temporal's scale, 1 is first. */
export const PRIORITY_KEYS: Record<Priority, number> = { interactive: 1, scheduled: 3, batch: 5 };

/** The only signal a run takes: it carries nothing and says "look at the inbox". */
export const WAKE_SIGNAL = 'wake';

/** Few, since each upsert is an event and a visibility write. Names and Temporal types. */
export const SEARCH_ATTRIBUTES = {
  HoldfastAgent: 'KEYWORD',
  HoldfastStatus: 'KEYWORD',
  HoldfastVerdict: 'KEYWORD',
  HoldfastModel: 'KEYWORD',
  HoldfastTenant: 'KEYWORD',
  HoldfastStep: 'INT',
} as const;
