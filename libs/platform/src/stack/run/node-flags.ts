/**
 * How Node runs the API and the worker. V8 lets its young generation grow to three times 32 MB or more in each isolate,
 * and a worker has three of them; a quarter of that costs the loop nothing that the benchmark can see.
 */
export const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=16'] as const;
