import { TOOLS_DIR } from '../../libs/platform/src/stack/setup/tools.js';

/** Where the servers' binaries are kept: the same place as for a stack that is started by hand. */
export const SETUP = { toolsDir: TOOLS_DIR, report: (): void => undefined };
