export { commandMasterKey } from './command-master-key.js';
export * from './run-keys.js';
export * from './seal.js';
