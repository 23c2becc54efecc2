export * from './api-keys.js';
export * from './make-key.js';
export * from './principals.js';
export * from './token.js';
