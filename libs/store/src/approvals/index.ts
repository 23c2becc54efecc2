export * from './approvals.js';
export * from './clock.js';
