export { type Executables, findExecutables } from './sandbox/executables.js';
export { type CommandEnd, type CommandResult, DEFAULT_LIMITS, type SandboxLimits } from './sandbox/limits.js';
export { type Command, createSandbox, type Sandbox, type SandboxOptions } from './sandbox/sandbox.js';
