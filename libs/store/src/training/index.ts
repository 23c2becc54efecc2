export * from './releases.js';
export * from './training-runs.js';
