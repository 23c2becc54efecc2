import type { Priority } from './run.js';

/** Names that the API and the workers share; each is written here and nowhere else. */
export const TASK_QUEUES = {
  /** Workflows, and every activity that is not a model call where no workers of another role take it. */
  main: 'holdfast',
  /** Tool calls, where workers of the role `tools` take them. */
  tools: 'holdfast-tools',
  /** Reading and embedding of documents, where workers of the role `documents` take them. */
  documents: 'holdfast-documents',
  /** Tool calls of runs whose files lie on one host. */
  host: (id: string): string => `holdfast-host-${id}`,
  /** Model calls of one runtime and model, polled only by that runtime's gate; without a model, those of models that no role names. */
  model: (runtimeId: string, model?: string): string => `holdfast-model-${runtimeId}${model ? `/${model}` : ''}`,
  /** Judges of runs, at the gate of the runtime that judges: apart from the model calls, so that none waits behind one. */
  judge: (runtimeId: string): string => `holdfast-judge-${runtimeId}`,
  /** The embedding of documents, apart from the model calls of the runtime that does it. */
  embeddings: (runtimeId: string): string => `holdfast-embed-${runtimeId}`,
} as const;

/** Name under which Temporal keeps the versions of the workers that carry workflows. */
export const DEPLOYMENT = 'holdfast';

/** What a worker process may be there for. One that carries workflows does all the small work in Postgres too. */
export const WORKER_ROLES = ['workflows', 'model', 'tools', 'documents'] as const;
export type WorkerRole = (typeof WORKER_ROLES)[number];

export const WORKFLOWS = { agentRun: 'agentRun', ingestion: 'ingestion', reconciler: 'reconciler', webhookDelivery: 'webhookDelivery', retention: 'retention', examineModel: 'examineModel', batch: 'batch', scheduledFire: 'scheduledFire', judgeSteps: 'judgeSteps' } as const;

export const workflowIds = {
  run: (runId: string): string => `run-${runId}`,
  ingestion: (ingestionId: string): string => `ingestion-${ingestionId}`,
  reconciler: 'reconciler',
  webhookDelivery: (deliveryId: string): string => `webhook-${deliveryId}`,
  retention: 'retention',
  /** One at a time of a model on a runtime. */
  examination: (runtimeId: string, model: string): string => `examine-${runtimeId}/${model}`,
  batch: (batchId: string): string => `batch-${batchId}`,
  judge: (runId: string, step: number): string => `judge-${runId}-${step}`,
  /** Temporal adds the time that the fire was due. */
  fire: (scheduleId: string): string => `fire-${scheduleId}`,
} as const;

/** Ids of Temporal Schedules. */
export const scheduleIdOf = (scheduleId: string): string => `schedule-${scheduleId}`;

/** A model call's back-off while its runtime is not there, as Temporal keeps it. */
export const MODEL_RETRY = { firstMs: 1_000, factor: 1.5, longestMs: 15_000 } as const;

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
