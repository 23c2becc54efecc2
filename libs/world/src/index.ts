export * from './apply.js';
export * from './canonical.js';
export { isDead } from './check-change.js';
export * from './diff.js';
export { amountOf, fold } from './fold.js';
export * from './places.js';
export * from './rules.js';
export * from './state.js';
