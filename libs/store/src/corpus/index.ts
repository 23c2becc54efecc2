export * from './blobs.js';
export * from './corpora.js';
export * from './documents.js';
export * from './ingestion-files.js';
export * from './ingestions.js';
export * from './passages.js';
export * from './search.js';
