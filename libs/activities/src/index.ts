export * from './agent.js';
export { createExaminationActivities, type ExaminationActivities, type ExaminationDeps } from './models/examine.js';
export { type BatchActivities, type BatchDeps, createBatchActivities } from './batches.js';
export { createIngestionActivities, type IngestionActivities, type IngestionDeps } from './ingestion.js';
export { createReconcilerActivities, type ExecutionState, type ReconcilerActivities, type ReconcilerDeps, type RunStarter } from './reconcile.js';
export { createRunActivities, type RunActivities, type RunDeps } from './run/index.js';
export { RunCache } from './run/run-cache.js';
export { createScheduleActivities, type ScheduleActivities, type ScheduleDeps } from './schedules.js';
