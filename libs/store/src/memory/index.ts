export * from './compactions.js';
export * from './memory-terms.js';
export * from './token-ratios.js';
