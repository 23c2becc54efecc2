import { type Built, goTool } from './go-tool.js';
import { COMPOSE_GO_VERSION } from './pins.js';
import type { Setup } from './tools.js';

/** The parser of Docker Compose, which checks a compose file without an engine; or why there is none. */
export const composeParser = (setup: Setup): Promise<Built> => goTool(setup, { name: 'compose-go', version: COMPOSE_GO_VERSION, package: 'github.com/compose-spec/compose-go/v2/cmd' });
