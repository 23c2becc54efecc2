export type * from './api-types.js';
export { ApiError, ConnectionError } from './api-error.js';
export { type Answer, type Client, type ClientOptions, createClient, type OperationId, type Request, type RequestOptions } from './client.js';
export { items } from './pages.js';
export { DEFAULT_RETRY, isPassing, pause, type RetryPolicy, withRetry } from './retry.js';
export type { FollowOptions, StreamItem } from './run-stream.js';
export { waitForRun } from './wait-for-run.js';
