export { CutGeneration } from './cut-generation.js';
export { createDegenerateDetector, type DegenerateDetector } from './degenerate-detector.js';
export { createRuntime, type ChatOptions, type Runtime, type RuntimeConfig, type RuntimeKind } from './runtime.js';
export { parseStructured, type Structured } from './structured-output.js';
export { estimateTokens, leastTokens } from './tokens.js';
