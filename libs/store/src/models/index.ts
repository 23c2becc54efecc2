export * from './findings.js';
export * from './speeds.js';
export * from './routes.js';
