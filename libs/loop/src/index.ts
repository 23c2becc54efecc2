export * from './budget.js';
export * from './compaction.js';
export * from './failure.js';
export * from './loop.js';
export * from './ports.js';
export * from './state.js';
export * from './step.js';
