export * from './branch-steps.js';
export * from './fork.js';
