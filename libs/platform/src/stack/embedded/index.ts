export { choosePort, freePort } from './ports.js';
export { type EmbeddedPostgres, startPostgres } from './postgres.js';
export { type RunningStack, type StackPorts, startStack } from './stack.js';
export { type Guard, startGuard } from './guard.js';
export { type PartSpec, SupervisedPart } from './supervised.js';
export { registerSearchAttributes, startTemporal, TEMPORAL_SETTINGS } from './temporal.js';
export { prepareServers } from './prepare.js';
