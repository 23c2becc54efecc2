/**
 * What workflow code needs of the contracts at run time. Every workflow in a worker's cache has its own instance of all
 * the modules it loads, so the schemas, which weigh megabytes, stay out: workflows take those as types only.
 */
export * from './error-codes.js';
export * from './payload-sizes.js';
export * from './queues.js';
export * from './trace.js';
