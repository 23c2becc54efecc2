export * from './change-world.js';
export * from './lineage.js';
export * from './log.js';
export * from './restore.js';
export * from './snapshots.js';
export * from './states.js';
export * from './turns.js';
export * from './worlds.js';
