import { CARD_COMMANDS } from './card-commands.js';
import { CORPUS_COMMANDS } from './corpus-commands.js';
import { KEY_COMMANDS } from './key-commands.js';
import { PLAN_COMMANDS } from './plan-commands.js';
import { exportCommand } from './export-command.js';
import { remote } from './remote-command.js';
import { RUN_COMMANDS } from './run-commands.js';
import { STEERING_COMMANDS } from './steering-commands.js';

const ALL = { ...RUN_COMMANDS, ...STEERING_COMMANDS, ...CORPUS_COMMANDS, ...CARD_COMMANDS, ...PLAN_COMMANDS, ...KEY_COMMANDS, export: exportCommand };

/** The commands that ask a running API. */
export const REMOTE_COMMANDS = Object.fromEntries(Object.entries(ALL).map(([name, command]) => [name, remote(command)]));
