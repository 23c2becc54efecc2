export * from './check-telling.js';
export * from './correct-telling.js';
export * from './parse-intent.js';
export * from './pass-time.js';
export * from './resolve.js';
