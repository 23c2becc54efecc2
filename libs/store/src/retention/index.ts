export * from './expired.js';
export * from './run-bytes.js';
export * from './unreached.js';
