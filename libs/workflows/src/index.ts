export * from './agent-run.js';
export * from './batch.js';
export * from './examine-model.js';
export * from './ingestion.js';
export * from './reconciler.js';
export * from './scheduled-fire.js';
export * from './retention.js';
export * from './webhook-delivery.js';
