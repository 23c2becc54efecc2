export * from './run-keys.js';
export * from './seal.js';
