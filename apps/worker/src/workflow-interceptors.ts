/** Loaded beside the workflows into the same bundle. */
export { interceptors } from '#workflows/tracing';
