export * from './artifact-views.js';
export * from './database-state.js';
export * from './delete-run.js';
export * from './event-feed.js';
export * from './idempotency.js';
export * from './run-changes.js';
export * from './run-views.js';
export * from './step-views.js';
