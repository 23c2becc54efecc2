export { RUNTIME_CAPABILITIES } from './capabilities.js';
export { CutGeneration } from './cut-generation.js';
export { createDegenerateDetector, type DegenerateDetector } from './degenerate-detector.js';
export { createRuntime, type ChatOptions, type PullOptions, type Runtime, type RuntimeConfig, type RuntimeKind } from './runtime.js';
export { parseStructured, type Structured } from './structured-output.js';
export { estimateTokens, leastTokens } from './tokens.js';
export type { TokenLimits } from './watch-tokens.js';
export { hostsOutside } from './wire/host-check.js';
