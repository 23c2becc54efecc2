export { type Embedder } from './embed.js';
export { filesBelow, type ServerFile } from './files-below.js';
export { ingestFile, type FileOutcome, type FileRef } from './ingest-file.js';
export { beginIngestion, embedDocument, finishIngestion, giveUpFile } from './ingestion.js';
export { parseFile, READABLE_ENDINGS } from './parse/index.js';
export { passagesOf } from './passages.js';
export { createSearch, type Search } from './search.js';
export { type Sentence, sentencesOf } from './sentences.js';
export { findQuote } from './verify.js';
