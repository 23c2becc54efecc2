export { DEFAULT_CONFIG, type DriftConfig } from './config.js';
export { canonical, normaliseResult } from './digest/canonical.js';
export { digestCall, digestStep, digestTurn, type CallFacts, type StepFacts } from './digest/digest.js';
export { hash64 } from './digest/hash.js';
export { containment, overlap, sketch } from './digest/sketch.js';
export { evaluateStep } from './evaluate.js';
export { decide, initialLadder, type LadderFacts } from './ladder.js';
export { nudgeText } from './nudge.js';
