export * from './agent-run.js';
export * from './ingestion.js';
export * from './reconciler.js';
