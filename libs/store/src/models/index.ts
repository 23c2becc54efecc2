export * from './findings.js';
export * from './speeds.js';
