export * from './leave.js';
export * from './threads.js';
export * from './turns.js';
