export * from './agent-run.js';
export * from './reconciler.js';
